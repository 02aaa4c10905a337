namespace PhiGateway.Policy.Decisions;

/// <summary>What the values in an operation's answer (a Parameters without resources) are about.</summary>
public enum OperationValues : byte
{
    /// <summary>They are not known, and do not leave.</summary>
    Unknown = 0,

    /// <summary>Nobody: terminology, conformance.</summary>
    Nobody,

    /// <summary>Records that the answer does not show: for those only who may see all of every record of the type.</summary>
    Records,

    /// <summary>The patients that they name by references; where they name none, records that the answer does not show.</summary>
    Patients,

    /// <summary>Tags, labels and version of records that the answer does not show: for those only who may see every record of the type.</summary>
    Metadata,
}
