namespace PhiGateway.Admin.AuditEvents;

/// <summary>One AuditEvent of FHIR R4 before it is written: made of a record by <see cref="EventFactory"/>, asked by searches.</summary>
internal sealed record FhirEvent
{
    public required string Id { get; init; }

    /// <summary>Canonical of the profile that it keeps to.</summary>
    public required string Profile { get; init; }

    public required FhirCoding Type { get; init; }

    public required IReadOnlyList<FhirCoding> Subtypes { get; init; }

    /// <summary>C, R, U, D or E.</summary>
    public required char Action { get; init; }

    public required DateTimeOffset Recorded { get; init; }

    /// <summary>0 success, 4 minor, 8 serious, 12 major failure.</summary>
    public required string Outcome { get; init; }

    public string? OutcomeDesc { get; init; }

    public IReadOnlyList<FhirCoding> Purposes { get; init; } = [];

    public required IReadOnlyList<FhirAgent> Agents { get; init; }

    /// <summary>Tenant.</summary>
    public string? Site { get; init; }

    /// <summary>Name of the node.</summary>
    public required string Observer { get; init; }

    public required IReadOnlyList<FhirEntity> Entities { get; init; }
}

/// <summary>Somebody or something that took part in an event.</summary>
/// <param name="Type">In which part.</param>
/// <param name="System">System of the identifier; null: none.</param>
/// <param name="Value">The identifier.</param>
/// <param name="IsRequestor">Whether it was its doing.</param>
internal sealed record FhirAgent(FhirCoding Type, string? System, string Value, bool IsRequestor)
{
    /// <summary>Where it was on the network; null: not said.</summary>
    public string? Address { get; init; }

    /// <summary>1 machine name, 2 IP address.</summary>
    public string AddressType { get; init; } = "2";

    /// <summary>Id of the token; null: none.</summary>
    public string? Policy { get; init; }

    public IReadOnlyList<FhirCoding> Purposes { get; init; } = [];
}

/// <summary>What an event was about.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Role">In which part; null: not said.</param>
internal sealed record FhirEntity(FhirCoding Type, FhirCoding? Role = null)
{
    /// <summary>A literal reference, such as <c>Patient/p-1</c>.</summary>
    public string? Reference { get; init; }

    /// <summary>System of the identifier.</summary>
    public string? System { get; init; }

    /// <summary>An identifier in the place of a reference.</summary>
    public string? Identifier { get; init; }

    /// <summary>What was asked, as it was sent.</summary>
    public string? Query { get; init; }

    public IReadOnlyList<string> Labels { get; init; } = [];

    public IReadOnlyList<(string Type, string Value)> Details { get; init; } = [];
}
