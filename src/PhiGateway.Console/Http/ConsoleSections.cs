using PhiGateway.Admin.Calls;
using PhiGateway.Console.Rendering;

namespace PhiGateway.Console.Http;

/// <summary>The entries of the navigation, each with the roles that its screen is open to.</summary>
internal static class ConsoleSections
{
    private static readonly string[] Auditors = [AdminRoles.Auditor];

    /// <summary>Who may see anything at all.</summary>
    public static IReadOnlyList<string> Readers { get; } = AdminRoles.All;

    /// <summary>Who may read the trail.</summary>
    public static IReadOnlyList<string> TrailReaders => Auditors;

    /// <summary>Who may open a patient.</summary>
    public static IReadOnlyList<string> Openers { get; } = [AdminRoles.Auditor, AdminRoles.PrivacyOfficer];

    /// <summary>In the order shown.</summary>
    public static IReadOnlyList<ConsoleSection> All { get; } =
    [
        new(new("now", "/console/now", "Now", "n"), AdminRoles.All),
        new(new("alerts", "/console/alerts", "Alerts", "l"), AdminRoles.All),
        new(new("audit", "/console/audit", "Audit search", "a"), Auditors),
        new(new("patient", "/console/patient", "Patient", "p"), Openers),
        new(new("clients", "/console/clients", "Clients", "c"), AdminRoles.All),
        new(new("approvals", "/console/approvals", "Approvals", "o"), AdminRoles.All),
        new(new("reviews", "/console/reviews", "Reviews", "r"), AdminRoles.UseReaders),
        new(new("vendors", "/console/vendors", "Vendors", "v"), AdminRoles.All),
        new(new("break-glass", "/console/break-glass", "Break-glass", "b"), AdminRoles.All),
        new(new("stop", "/console/stop", "Emergency stop", "e"), AdminRoles.Closers),
        new(new("lab", "/console/lab", "Policy lab", "y"), AdminRoles.All),
        new(new("trust", "/console/trust", "Trust and posture", "t"), AdminRoles.All),
        new(new("settings", "/console/settings", "Settings", "s"), AdminRoles.All),
    ];
}

/// <summary>One entry and who sees it.</summary>
/// <param name="Shown">The entry.</param>
/// <param name="Roles">Any of these.</param>
internal sealed record ConsoleSection(ShellSection Shown, IReadOnlyList<string> Roles);
