using System.Text.Json.Nodes;
using PhiGateway.Admin.Accounting;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Configuration;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Shipping;
using PhiGateway.Console.Http;
using PhiGateway.Console.Pages.Search;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Sessions;
using PhiGateway.Console.Work;

namespace PhiGateway.Console.Pages.Patients;

/// <summary>
/// Shows who saw a patient: opened with a reason, which is on record with every look; the address has a keyed hash, and opens nothing in a
/// session that gave no reason.
/// </summary>
internal sealed class PatientScreen(
    TrailSearch search,
    PatientViews views,
    LongWork work,
    AdminOptions options,
    IPatientPseudonym pseudonym,
    TimeProvider time
)
{
    private const string Path = "/console/patient";
    private const int OnePage = 200;
    private const int LeastReason = 8;
    private const int MostReason = 120;

    /// <summary>Address of a patient by keyed hash.</summary>
    public static string PathOf(string key) => $"{Path}/{Uri.EscapeDataString(key)}";

    /// <summary>The form.</summary>
    public Task<ScreenAnswer> AskAsync(ConsoleRequest request) => Task.FromResult(Form(request, null));

    /// <summary>The form with a patient's id that was typed elsewhere; it stands in this answer only. PHI.</summary>
    public ScreenAnswer AskWith(ConsoleRequest request, string patient) =>
        Page(
            request,
            new TriedForm(
                "open",
                string.Empty,
                new Dictionary<string, string> { ["patient"] = patient },
                new Dictionary<string, string>(),
                "A patient is opened with a reason: say why.",
                null
            ),
            200
        );

    /// <summary>Opens a patient for a reason.</summary>
    public Task<ScreenAnswer> OpenAsync(ConsoleRequest request)
    {
        var (tenant, why) = (request.Typed("tenant"), request.Typed("why"));
        var query = new TrailQuery(Tenant: tenant, Patient: request.Typed("patient"));
        if (why is null || why.Length < LeastReason || why.Length > MostReason)
        {
            var problem = AdminProblem.Invalid(
                "/why",
                "required",
                $"Say why you open this patient, in {LeastReason} to {MostReason} characters without patient data."
            );
            return Task.FromResult(Form(request, problem));
        }

        if (tenant is null || query.PatientId is not { } patient)
        {
            var problem = AdminProblem.Invalid(
                tenant is null ? "/tenant" : "/patient",
                "invalid",
                "Name the tenant and the patient's logical id, with or without 'Patient/' before it."
            );
            return Task.FromResult(Form(request, problem));
        }

        var key = pseudonym.Of(tenant, patient);
        request.Session.Open(new OpenedPatient(key, tenant, patient, why));
        var to = request.Call.Caller.HasAny(ConsoleSections.TrailReaders) ? PathOf(key) : PathOf(key) + "/accounting";
        return Task.FromResult<ScreenAnswer>(new ScreenAnswer.Go(to));
    }

    /// <summary>The form again, for whoever has an address and no reason of their own.</summary>
    public ScreenAnswer AskForReason(ConsoleRequest request) =>
        Form(
            request,
            AdminProblem.Invalid(string.Empty, "required", "This address needs a reason of your own: name the patient and say why.")
        );

    /// <summary>Who saw the patient.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request)
    {
        if (request.Session.FindOpened(request.Route("key")) is not { } opened)
        {
            return AskForReason(request);
        }

        var (client, actor, decision) = (request.Asked("client"), request.Asked("actor"), request.Asked("decision"));
        var query = new TrailQuery(
            Client: client,
            Tenant: opened.Tenant,
            Patient: opened.Patient,
            Decision: decision,
            Actor: actor,
            Limit: OnePage,
            Cursor: request.Asked("cursor")
        )
        {
            Why = opened.Why,
        };
        // Over every record there is: once for all pages of them, and whoever they are narrowed to.
        var isFirst = (client ?? actor ?? decision ?? query.Cursor) is null && !request.IsAgain;
        var made = await work.FindAsync(
            WorkKey.Of(request, "counts of patient", opened.Key, opened.Why),
            isFirst ? TimeSpan.Zero : LongWork.Kept,
            async stopping => new Counted(await views.CountAsync(request.Behind(stopping), query), time.GetUtcNow())
        );
        if (made is null)
        {
            var said = "Every record that names the patient is being counted.";
            return WaitAnswer.Of("patient", new WaitModel("Patient", said, At(opened.Key, query, query.Cursor)));
        }

        if (
            made.Outcome.Failed(out var problem, out var counted)
            || (await search.SearchAsync(request.Call, query)).Failed(out problem, out var page)
        )
        {
            return problem;
        }

        string?[] only = [client ?? actor, decision];
        return new PageContent(
            "Patient",
            "patient",
            typeof(PatientPage),
            new PatientModel(
                opened.Key,
                opened.Tenant,
                opened.Why,
                counted,
                made.At,
                [.. (page.Body["items"] as JsonArray ?? []).Select(TrailLine.Of).OfType<TrailLine>()],
                only.Any(static word => word is not null) ? string.Join(", ", only.OfType<string>()) : null,
                page.Next is { } next ? At(opened.Key, query, next) : null,
                request.Call.Caller.HasAny([AdminRoles.PrivacyOfficer])
            )
        )
        {
            OnRecord = $"that you opened this patient, and why: {opened.Why}",
        };
    }

    private sealed record Counted(Outcome<PatientViewsReport> Outcome, DateTimeOffset At);

    private static string At(string key, TrailQuery query, string? cursor) =>
        Links.With(PathOf(key), ("client", query.Client), ("actor", query.Actor), ("decision", query.Decision), ("cursor", cursor));

    private ScreenAnswer Form(ConsoleRequest request, AdminProblem? problem) =>
        Page(request, TriedForms.Of(request, problem, "open", string.Empty, "tenant", "patient", "why"), problem is null ? 200 : 422);

    private ScreenAnswer Page(ConsoleRequest request, TriedForm? tried, int status) =>
        new PageContent(
            "Patient",
            "patient",
            typeof(PatientFormPage),
            new PatientFormModel(
                [.. (options.Names?.Tenants ?? new HashSet<string>()).Order(StringComparer.Ordinal)],
                request.Typed("tenant"),
                tried,
                request.Session.FormToken
            )
        )
        {
            Status = status,
        };
}
