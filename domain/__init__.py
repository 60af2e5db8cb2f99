"""The words everybody shares: values, contracts and rules of language and time. No input or output happens here."""
