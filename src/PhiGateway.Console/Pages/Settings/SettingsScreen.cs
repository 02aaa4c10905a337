using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Revocations;
using PhiGateway.Admin.Status;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Sessions;

namespace PhiGateway.Console.Pages.Settings;

/// <summary>Shows who is signed in with what rights, and what is in force on this node.</summary>
internal sealed class SettingsScreen(
    SettingsReports settings,
    StatusReports reports,
    PersonSessions persons,
    ConsoleSessions sessions,
    TimeProvider time
)
{
    private static readonly (string Role, string Words)[] Roles =
    [
        (AdminRoles.Viewer, "reads the registry"),
        (AdminRoles.Auditor, "reads the registry and the trail, opens patients for a reason, decides on emergency uses"),
        (AdminRoles.PrivacyOfficer, "accounts for disclosures, keeps holds, finds whom a client touched"),
        (AdminRoles.Responder, "stops clients and vendors, takes alerts, keeps cases; opens nothing"),
        (AdminRoles.Operator, "writes the registry, starts reviews, closes alerts; approves nothing"),
        (AdminRoles.Approver, "approves what somebody else asked for, resumes, applies reviews"),
        (AdminRoles.Admin, "writes the registry and keeps admin keys; neither approves nor reads the trail"),
    ];

    /// <summary>Who may end what somebody has open.</summary>
    public static IReadOnlyList<string> Enders { get; } = [AdminRoles.Admin, AdminRoles.Responder];

    /// <summary>The screen.</summary>
    public Task<ScreenAnswer> ShowAsync(ConsoleRequest request) => ShowAsync(request, null);

    /// <summary>Ends the sessions of a person: here at once, on the other nodes with the registry.</summary>
    public async Task<ScreenAnswer> EndSessionsAsync(ConsoleRequest request)
    {
        var person = request.Typed("person");
        if ((await persons.EndAsync(request.Call, person, request.Typed("reason"))).Failed(out var problem, out _))
        {
            return await ShowAsync(request, problem);
        }

        var ended = sessions.EndPerson(person!);
        return new ScreenAnswer.Go(
            "/console/settings",
            $"The sessions of {person} have ended: {Words.Count(ended, "session", "sessions")} on this node, and any on another."
        );
    }

    private async Task<ScreenAnswer> ShowAsync(ConsoleRequest request, AdminProblem? tried)
    {
        if (
            (await settings.ReportAsync(request.Call)).Failed(out var problem, out var report)
            || (await reports.NodesAsync(request.Call)).Failed(out problem, out var nodes)
        )
        {
            return problem;
        }

        var caller = request.Call.Caller;
        return new PageContent(
            "Settings",
            "settings",
            typeof(SettingsPage),
            new SettingsModel(
                request.Session.Name,
                caller.Person,
                caller.Method,
                request.Session.Begun,
                [.. Roles.Select(role => new RoleLine(role.Role, role.Words, caller.HasAny([role.Role])))],
                report,
                await reports.HereAsync(request.Call),
                nodes,
                time.GetUtcNow(),
                caller.HasAny(Enders),
                TriedForms.Of(request, tried, "end", string.Empty, "person", "reason"),
                request.Session.FormToken
            )
        )
        {
            Status = tried?.Status ?? 200,
        };
    }
}
