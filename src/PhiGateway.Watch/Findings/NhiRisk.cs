namespace PhiGateway.Watch.Findings;

/// <summary>One of the risks of the OWASP Non-Human Identities Top 10, 2025, by its exact title; each rule names one.</summary>
/// <param name="Id">Such as <c>NHI1:2025</c>.</param>
/// <param name="Title">Its title.</param>
public sealed record NhiRisk(string Id, string Title)
{
    /// <summary>NHI1.</summary>
    public static NhiRisk ImproperOffboarding { get; } = new("NHI1:2025", "Improper Offboarding");

    /// <summary>NHI2.</summary>
    public static NhiRisk SecretLeakage { get; } = new("NHI2:2025", "Secret Leakage");

    /// <summary>NHI3.</summary>
    public static NhiRisk VulnerableThirdParty { get; } = new("NHI3:2025", "Vulnerable Third-Party NHI");

    /// <summary>NHI4.</summary>
    public static NhiRisk InsecureAuthentication { get; } = new("NHI4:2025", "Insecure Authentication");

    /// <summary>NHI5.</summary>
    public static NhiRisk Overprivileged { get; } = new("NHI5:2025", "Overprivileged NHI");

    /// <summary>NHI6.</summary>
    public static NhiRisk CloudConfiguration { get; } = new("NHI6:2025", "Insecure Cloud Deployment Configurations");

    /// <summary>NHI7.</summary>
    public static NhiRisk LongLivedSecrets { get; } = new("NHI7:2025", "Long-Lived Secrets");

    /// <summary>NHI8.</summary>
    public static NhiRisk EnvironmentIsolation { get; } = new("NHI8:2025", "Environment Isolation");

    /// <summary>NHI9.</summary>
    public static NhiRisk Reuse { get; } = new("NHI9:2025", "NHI Reuse");

    /// <summary>NHI10.</summary>
    public static NhiRisk HumanUse { get; } = new("NHI10:2025", "Human Use of NHI");

    /// <summary>All ten, in their order.</summary>
    public static IReadOnlyList<NhiRisk> All { get; } =
    [
        ImproperOffboarding,
        SecretLeakage,
        VulnerableThirdParty,
        InsecureAuthentication,
        Overprivileged,
        CloudConfiguration,
        LongLivedSecrets,
        EnvironmentIsolation,
        Reuse,
        HumanUse,
    ];

    /// <inheritdoc />
    public override string ToString() => $"{Id} {Title}";
}
