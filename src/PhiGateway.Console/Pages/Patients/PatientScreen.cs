using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using PhiGateway.Console.Http;
using PhiGateway.Console.Pages.Search;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Sessions;

namespace PhiGateway.Console.Pages.Patients;

/// <summary>
/// Shows who saw a patient: opened with a reason, which is on record with every look; the address has a keyed hash, and opens nothing in a
/// session that gave no reason.
/// </summary>
internal sealed class PatientScreen(TrailSearch search, AdminOptions options, IPatientPseudonym pseudonym)
{
    private const string Path = "/console/patient";
    private const int OnePage = 200;
    private const int LeastReason = 8;
    private const int MostReason = 120;

    /// <summary>Address of a patient by keyed hash.</summary>
    public static string PathOf(string key) => $"{Path}/{Uri.EscapeDataString(key)}";

    /// <summary>The form.</summary>
    public Task<ScreenAnswer> AskAsync(ConsoleRequest request) => Task.FromResult(Form(request, null));

    /// <summary>Opens a patient for a reason.</summary>
    public Task<ScreenAnswer> OpenAsync(ConsoleRequest request)
    {
        var (tenant, why) = (request.Typed("tenant"), request.Typed("why"));
        var query = new TrailQuery(Tenant: tenant, Patient: request.Typed("patient"));
        if (why is null || why.Length < LeastReason || why.Length > MostReason)
        {
            return Task.FromResult(
                Form(request, $"Say why you open this patient, in {LeastReason} to {MostReason} characters without patient data.")
            );
        }

        if (tenant is null || query.PatientId is not { } patient)
        {
            return Task.FromResult(Form(request, "Name the tenant and the patient's logical id, with or without 'Patient/' before it."));
        }

        var key = pseudonym.Of(tenant, patient);
        request.Session.Open(new OpenedPatient(key, tenant, patient, why));
        var to = request.Call.Caller.HasAny(ConsoleSections.TrailReaders) ? PathOf(key) : PathOf(key) + "/accounting";
        return Task.FromResult<ScreenAnswer>(new ScreenAnswer.Go(to));
    }

    /// <summary>The form again, for whoever has an address and no reason of their own.</summary>
    public ScreenAnswer AskForReason(ConsoleRequest request) =>
        Form(request, "This address needs a reason of your own: name the patient and say why you open it.");

    /// <summary>Who saw the patient.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request)
    {
        if (request.Session.FindOpened(request.Route("key")) is not { } opened)
        {
            return AskForReason(request);
        }

        var query = new TrailQuery(Tenant: opened.Tenant, Patient: opened.Patient, Limit: OnePage, Cursor: request.Asked("cursor"))
        {
            Why = opened.Why,
        };
        if ((await search.SearchAsync(request.Call, query)).Failed(out var problem, out var page))
        {
            return problem;
        }

        TrailLine[] lines = [.. (page.Body["items"] as JsonArray ?? []).Select(TrailLine.Of).OfType<TrailLine>()];
        return new PageContent(
            "Patient",
            "patient",
            typeof(PatientPage),
            new PatientModel(
                opened.Key,
                opened.Tenant,
                opened.Why,
                [.. Viewers(lines)],
                lines,
                page.Next is { } next ? Links.With(PathOf(opened.Key), ("cursor", next)) : null,
                lines.Count(static line => line.Kind == "disclosure" && AccountingClass.IsAccounted(line.Accounting)),
                request.Call.Caller.HasAny([AdminRoles.PrivacyOfficer])
            )
        )
        {
            OnRecord = $"that you opened this patient, and why: {opened.Why}",
        };
    }

    private static IEnumerable<PatientViewer> Viewers(IReadOnlyList<TrailLine> lines) =>
        lines
            .Where(static line => line.Who is not null && line.Kind is not "delivery")
            .GroupBy(static line => (line.Who, line.IsClient))
            .Select(static group => new PatientViewer(
                group.Key.Who!,
                group.Key.IsClient,
                group.Count(static line => line.Decision == "permit"),
                group.Count(static line => line.Decision == "deny"),
                string.Join(", ", group.Select(static line => line.Purpose).OfType<string>().Distinct(StringComparer.Ordinal)),
                group.Max(static line => line.At)
            ))
            .OrderByDescending(static viewer => viewer.Last);

    private ScreenAnswer Form(ConsoleRequest request, string? problem) =>
        new PageContent(
            "Patient",
            "patient",
            typeof(PatientFormPage),
            new PatientFormModel(
                [.. (options.Names?.Tenants ?? new HashSet<string>()).Order(StringComparer.Ordinal)],
                request.Typed("tenant"),
                request.Typed("patient"),
                request.Typed("why"),
                problem,
                request.Session.FormToken
            )
        )
        {
            Status = problem is null ? 200 : 422,
        };
}
