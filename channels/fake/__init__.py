"""The offline phone company: plays Twilio over real HTTP, and a handset to text and call by hand."""
