import { z } from 'zod';

/** Bodies that errors may have where a vendor documents none. */
export const errorBodies = z.enum(['message', 'error', 'errors', 'code-and-message', 'text', 'empty']);
export type ErrorBody = z.infer<typeof errorBodies>;

export function errorBody(shape: ErrorBody, status: number, message: string): unknown {
  switch (shape) {
    case 'message':
      return { message };
    case 'error':
      return { error: message };
    case 'errors':
      return { errors: [{ message }] };
    case 'code-and-message':
      return { code: status, status: 'error', message };
    case 'text':
      return message;
    case 'empty':
      return '';
  }
}
