namespace PhiGateway.Admin.Configuration;

/// <summary>One record that is known by name.</summary>
public sealed class AuthZenRecord
{
    /// <summary>Its type, as others call it or a FHIR type.</summary>
    public string Type { get; set; } = string.Empty;

    /// <summary>Its logical id.</summary>
    public string Id { get; set; } = string.Empty;

    /// <summary>Its properties, as a question would tell them; several values of one with blanks between them.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; set; } = new Dictionary<string, string>();
}
