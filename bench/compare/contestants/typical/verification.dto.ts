import { Type } from 'class-transformer';
import {
  IsEmail,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsPhoneNumber,
  IsString,
  IsUrl,
  Length,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';

/** The members that the gateway takes and the bench sends, with the decorators that one would reach for. */
export class SubjectDto {
  @IsOptional()
  @IsEmail()
  email?: string;

  @IsOptional()
  @IsPhoneNumber()
  phone?: string;

  @IsOptional()
  @Length(1, 100)
  firstName?: string;

  @IsOptional()
  @Length(1, 100)
  lastName?: string;
}

export class CreateVerificationDto {
  @ValidateNested()
  @Type(() => SubjectDto)
  subject!: SubjectDto;

  @IsOptional()
  @IsString()
  @Length(1, 200)
  reference?: string;

  @IsOptional()
  @IsIn(['document', 'liveness', 'profile', 'ssn'], { each: true })
  checks?: string[];

  @IsOptional()
  @IsUrl({ require_tld: false })
  redirectUrl?: string;

  @IsOptional()
  @IsInt()
  @Min(300)
  @Max(2_592_000)
  expiresInSeconds?: number;

  @IsOptional()
  @IsObject()
  metadata?: Record<string, string>;
}
