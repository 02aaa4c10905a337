namespace PhiGateway.Watch.Rules;

/// <summary>What a rule looks at.</summary>
internal enum RuleFamily : byte
{
    /// <summary>How much, and when.</summary>
    Amount,

    /// <summary>Whose records, one by one.</summary>
    Patients,

    /// <summary>Who calls, and from where.</summary>
    Caller,

    /// <summary>What is tried.</summary>
    Reach,

    /// <summary>Whether it should still be there.</summary>
    Life,
}
