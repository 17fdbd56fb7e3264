"""Alert packets: schema versions, stamps, history and the enriched alert document."""
