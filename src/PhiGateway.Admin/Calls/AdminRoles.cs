using System.Collections.Frozen;

namespace PhiGateway.Admin.Calls;

/// <summary>The five roles of the control plane; an endpoint names those that may call it, and a role implies no other.</summary>
public static class AdminRoles
{
    /// <summary>Reads the registry.</summary>
    public const string Viewer = "viewer";

    /// <summary>Reads the registry and searches the audit trail.</summary>
    public const string Auditor = "auditor";

    /// <summary>Writes the registry, but approves nothing.</summary>
    public const string Operator = "operator";

    /// <summary>Approves what somebody else asked for.</summary>
    public const string Approver = "approver";

    /// <summary>Writes the registry and manages admin keys, but neither approves nor searches the trail.</summary>
    public const string Admin = "admin";

    private static readonly FrozenSet<string> Known = FrozenSet.Create(StringComparer.Ordinal, Viewer, Auditor, Operator, Approver, Admin);

    /// <summary>Every role.</summary>
    public static IReadOnlyList<string> All { get; } = [Viewer, Auditor, Operator, Approver, Admin];

    /// <summary>Whoever may change the registry.</summary>
    internal static IReadOnlyList<string> Writers { get; } = [Operator, Admin];

    /// <summary>Whoever may close a path in a hurry.</summary>
    internal static IReadOnlyList<string> Closers { get; } = [Operator, Approver, Admin];

    internal static bool IsKnown(string role) => Known.Contains(role);
}
