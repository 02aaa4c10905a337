namespace PhiGateway.Gateway.Exchange;

/// <summary>What kind of request it is; said once, by Ingress for the public documents and by Understand for all others.</summary>
internal enum RequestKind
{
    /// <summary>Not said yet.</summary>
    None,

    /// <summary>One of the documents that are public by their standards and that the gateway writes itself.</summary>
    PublicDocument,

    /// <summary>One FHIR interaction, or one entry of a batch.</summary>
    Single,

    /// <summary>Entries that are decided, forwarded and answered one by one.</summary>
    Batch,

    /// <summary>Entries that are decided one by one and go upstream as one call.</summary>
    Transaction,

    /// <summary>Kick-off, poll, cancel or file of a Bulk Data export.</summary>
    Export,

    /// <summary>A request in the words of a declared API.</summary>
    DeclaredApi,
}
