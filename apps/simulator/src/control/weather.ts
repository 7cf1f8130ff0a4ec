import { ControlError } from '../kit/twin.js';
import { type WeatherSettings, weatherInput } from '../kit/weather.js';
import { type Addressed } from './addressed.js';

/** Sets the weather of an account from its beginning; what is left out is calm. */
export function setWeather({ twin, account }: Addressed, body: unknown): WeatherSettings {
  const settings = weatherInput.parse(body ?? {});
  const { webhooksLost, webhooksTwice, webhooksReordered, webhooksForged } = settings;
  if (!twin.sendsWebhooks && webhooksLost + webhooksTwice + webhooksReordered + webhooksForged > 0)
    throw new ControlError(422, `${twin.title} sends no webhooks`);
  account.weather.set(settings);
  return settings;
}
