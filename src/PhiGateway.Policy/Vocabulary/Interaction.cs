namespace PhiGateway.Policy.Vocabulary;

/// <summary>What a client asks a FHIR server to do, in the words of the RESTful API (R4 3.1) and Bulk Data.</summary>
/// <remarks>Conditional forms are two interactions: the write, and the search whose answer they betray.</remarks>
public enum Interaction : byte
{
    /// <summary>Not understood: never permitted.</summary>
    None = 0,
    Read,
    VRead,
    HistoryInstance,
    HistoryType,
    HistorySystem,
    SearchType,
    SearchSystem,
    Create,
    Update,
    Patch,
    Delete,

    /// <summary>CapabilityStatement and SMART configuration: answered by the gateway.</summary>
    Capabilities,
    Batch,
    Transaction,

    /// <summary>A named operation; the name stands beside it.</summary>
    Operation,

    /// <summary>Kick-off of a Bulk Data export.</summary>
    Export,

    /// <summary>Poll, cancel or download of an export that the same client started.</summary>
    ExportStatus,
    ExportCancel,
    ExportFile,

    /// <summary>A page of a search that the gateway itself sealed.</summary>
    SearchPage,
}
