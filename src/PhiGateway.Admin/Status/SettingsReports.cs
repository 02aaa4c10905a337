using System.Globalization;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Status;

/// <summary>Says what is in force on this node: its settings, issuers and admin keys; called by endpoint and console. No secret is in it.</summary>
internal sealed class SettingsReports(WorkingSetSource sets, AdminOptions options)
{
    private static readonly string[] KeyReaders = [AdminRoles.Admin, AdminRoles.Approver];

    /// <summary>What is in force.</summary>
    public async Task<Outcome<SettingsReport>> ReportAsync(AdminCall call)
    {
        IReadOnlyList<KeyLine>? keys = null;
        if (call.Caller.HasAny(KeyReaders))
        {
            var set = await sets.GetAsync(call.Cancelled);
            keys = [.. set.All<AdminKey>(RegistryKind.AdminKey).Select(KeyLine.Of)];
        }

        return new SettingsReport(
            options.Node,
            Values(),
            [
                .. (options.Names?.Issuers ?? new HashSet<string>())
                    .Order(StringComparer.Ordinal)
                    .Select(name =>
                    {
                        var rules = options.TokenRules(name);
                        return new IssuerLine(name, (int?)rules?.MaxLifetime.TotalSeconds, (int?)rules?.ClockSkew.TotalSeconds);
                    }),
            ],
            [.. (options.Names?.Tenants ?? new HashSet<string>()).Order(StringComparer.Ordinal)],
            [.. (options.Names?.Environments ?? new HashSet<string>()).Order(StringComparer.Ordinal)],
            options.Oidc?.Issuer,
            keys
        );
    }

    private List<SettingLine> Values() =>
        [
            new(
                "Admin:DoorWarningDays",
                Join(options.DoorWarningDays),
                "days before a door closes at which somebody is warned, and urgently"
            ),
            new("Admin:DormantDays", Join(options.DormantDays), "days without a call after which a client is told of, suspended, revoked"),
            new("Admin:NodeSilentMinutes", Number(options.NodeSilentAfter.TotalMinutes), "minutes for which a node may report nothing"),
            new(
                "Admin:EscalateMinutes",
                Number(options.EscalateAfter.TotalMinutes),
                "minutes after which an untaken urgent alert is told again; 0: never"
            ),
            new(
                "Admin:TakenMinutes",
                Number(options.TakenFor.TotalMinutes),
                "minutes for which somebody may be at an urgent alert before it is open again; 0: for good"
            ),
            new(
                "Admin:RosterAlertMembers",
                Number(options.RosterGrowth.AlertMembers),
                "memberships from which the growth of a roster is told"
            ),
            new("Admin:RosterAlertPercent", Number(options.RosterGrowth.AlertPercent), "the same in percent of the roster"),
            new(
                "Admin:RosterMostAlone",
                options.RosterGrowth.MostAlone?.ToString(CultureInfo.InvariantCulture) ?? "any number",
                "memberships that one person may change before the approval ends"
            ),
        ];

    private static string Join(IReadOnlyList<int> days) => days.Count == 0 ? "none" : string.Join(", ", days);

    private static string Number(double value) => value.ToString("0", CultureInfo.InvariantCulture);
}
