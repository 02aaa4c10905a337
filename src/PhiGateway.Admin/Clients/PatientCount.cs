namespace PhiGateway.Admin.Clients;

/// <summary>How well a count of patients is known.</summary>
public enum PatientCount : byte
{
    /// <summary>Exactly.</summary>
    Exact,

    /// <summary>Within some nine percent, as a rule.</summary>
    About,

    /// <summary>As many at least: it was used by several names, whose patients may be others.</summary>
    AtLeast,
}
