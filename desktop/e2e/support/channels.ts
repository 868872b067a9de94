/** WhatsApp beside the example's channels, where it is not among them. */
export function withWhatsapp(example: string): string {
  return example.includes("[whatsapp.") ? example : example + WHATSAPP;
}

const WHATSAPP = `
[whatsapp.default]
phone_number_id = "100000000000001"
access_token = "not-a-secret-whatsapp-access-token"
app_secret = "not-a-secret-whatsapp-app-secret"
verify_token = "not-a-secret-whatsapp-verify-token"
api_base = "http://simulator.localhost/provider/whatsapp/default"
flow = "welcome"
`;
