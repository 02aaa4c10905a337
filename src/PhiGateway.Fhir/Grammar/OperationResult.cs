namespace PhiGateway.Fhir.Grammar;

/// <summary>What an operation can bring back, and so which reads and searches are decided with it.</summary>
internal enum OperationResult : byte
{
    /// <summary>Terminology or conformance: nobody's data.</summary>
    Nothing = 0,
    Self,
    Search,
    Compartment,
    Any,
    Submission,

    /// <summary>What is right and wrong with the embedded resource, which is not stored.</summary>
    Validation,

    /// <summary>What its operator's declaration says.</summary>
    Declared,
}
