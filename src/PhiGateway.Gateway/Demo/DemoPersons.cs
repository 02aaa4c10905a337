using PhiGateway.Admin.Calls;
using PhiGateway.Console.Configuration;

namespace PhiGateway.Gateway.Demo;

/// <summary>The persons of the demonstration: whoever looks at its console chooses which of them to be.</summary>
internal static class DemoPersons
{
    /// <summary>One for each task that people have at the console.</summary>
    public static IReadOnlyList<DemoPerson> All { get; } =
    [
        new(
            "analyst",
            "ana.reyes@hospital.example",
            "Ana Reyes",
            "SOC analyst",
            [AdminRoles.Viewer, AdminRoles.Auditor, AdminRoles.Responder]
        ),
        new(
            "privacy",
            "tom.okafor@hospital.example",
            "Tom Okafor",
            "Privacy officer",
            [AdminRoles.Auditor, AdminRoles.Approver, AdminRoles.PrivacyOfficer]
        ),
        new("engineer", "mary.smith@hospital.example", "Mary Smith", "Security engineer", [AdminRoles.Operator]),
        new("vendors", "jo.park@hospital.example", "Jo Park", "Vendor manager", [AdminRoles.Viewer, AdminRoles.Operator]),
    ];

    /// <summary>The console of a demonstration on a port of loopback.</summary>
    public static ConsoleOptions Console(int port) =>
        new()
        {
            PublicBase = new Uri(FormattableString.Invariant($"http://127.0.0.1:{port}")),
            MoreHosts = [FormattableString.Invariant($"localhost:{port}")],
            Idle = TimeSpan.FromHours(8),
            Longest = TimeSpan.FromHours(24),
            // Two weeks are counted while one waits.
            Patience = TimeSpan.FromMinutes(1),
            Demo = All,
        };
}
