using PhiGateway.Admin.Access;

namespace PhiGateway.Admin;

/// <summary>What the host tells the control plane.</summary>
public sealed class AdminOptions
{
    /// <summary>Admin issuer; null: admin keys only.</summary>
    public AdminOidcOptions? Oidc { get; set; }

    /// <summary>Name of the node in status answers.</summary>
    public string Node { get; set; } = "gateway";

    /// <summary>Days before a door closes within which posture calls it closing; default 14.</summary>
    public int WarnDays { get; set; } = 14;
}
