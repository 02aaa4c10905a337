using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Status;

/// <summary>What is in force on this node, as its configuration says, and which keys open it.</summary>
/// <param name="Node">Name of the node.</param>
/// <param name="Values">Name and value of each setting of the control plane.</param>
/// <param name="Issuers">Issuers whose tokens the data plane takes.</param>
/// <param name="Tenants">Tenants of its routes.</param>
/// <param name="Environments">Environments of its routes.</param>
/// <param name="AdminIssuer">Issuer whose tokens open the control plane; null: admin keys only.</param>
/// <param name="Keys">Admin keys without their hashes; null: the caller does not read them.</param>
public sealed record SettingsReport(
    string Node,
    IReadOnlyList<SettingLine> Values,
    IReadOnlyList<IssuerLine> Issuers,
    IReadOnlyList<string> Tenants,
    IReadOnlyList<string> Environments,
    string? AdminIssuer,
    IReadOnlyList<KeyLine>? Keys
);

/// <summary>One setting.</summary>
/// <param name="Key">Its key in the configuration.</param>
/// <param name="Value">What is in force.</param>
/// <param name="Words">What it does.</param>
public sealed record SettingLine(string Key, string Value, string Words);

/// <summary>One issuer of the data plane.</summary>
/// <param name="Name">Its configured name.</param>
/// <param name="MaxLifetimeSeconds">Longest accepted lifetime of its tokens; null: not known here.</param>
/// <param name="ClockSkewSeconds">How far clocks may differ.</param>
public sealed record IssuerLine(string Name, int? MaxLifetimeSeconds, int? ClockSkewSeconds);

/// <summary>One admin key.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Person">Whose it is.</param>
/// <param name="Roles">What it opens.</param>
/// <param name="Disabled">Whether it opens nothing.</param>
/// <param name="Expires">When it ends; null: it does not.</param>
public sealed record KeyLine(string Id, string Person, IReadOnlyList<string> Roles, bool Disabled, DateTimeOffset? Expires)
{
    internal static KeyLine Of(AdminKey key) => new(key.Id, key.Person, key.Roles, key.Disabled, key.Expires);
}
