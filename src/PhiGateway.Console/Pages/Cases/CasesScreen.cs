using System.Text.Json.Nodes;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Cases;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Trail;
using PhiGateway.Audit.Shipping;
using PhiGateway.Console.Http;
using PhiGateway.Console.Pages.Search;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Sessions;
using PhiGateway.Console.Work;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Cases;

/// <summary>
/// Shows cases, and one with evidence, timeline and patients; takes the steps that people take on it. A patient is opened for a reason, as on
/// the screen of patients.
/// </summary>
internal sealed class CasesScreen(
    CaseReports reports,
    CaseVerbs verbs,
    TrailSearch search,
    TrailBundles bundles,
    CasePatients patients,
    IPatientPseudonym pseudonym,
    LongWork work,
    Jobs jobs
)
{
    // Alerts name a dozen records each; a case shows the first of them, the search shows all.
    private const int MostRecords = 24;

    // Of so many it is said whose data they touched.
    private const int MostTouched = 500;
    private const int OnePage = 50;
    private const string Open = "open";
    private const string Closed = "closed";
    private const string All = "all";
    private const int LeastReason = 8;
    private const int MostReason = 120;

    /// <summary>The list.</summary>
    public async Task<ScreenAnswer> ListAsync(ConsoleRequest request)
    {
        var (state, text, isMine) = (request.Asked("state") ?? Open, request.Asked("q"), request.Asked("mine") == "1");
        CaseState? only = null;
        switch (state)
        {
            case Open:
                only = CaseState.Open;
                break;
            case Closed:
                only = CaseState.Closed;
                break;
            case All:
                break;
            default:
                return AdminProblem.BadParameter("state", "open, closed or all is expected.");
        }

        var filter = new CaseFilter(only, text, isMine ? request.Call.Person : null);
        var list = await reports.ListAsync(request.Call, filter, request.Skipped, OnePage);
        return new PageContent(
            "Cases",
            "alerts",
            typeof(CasesPage),
            new CasesModel(
                list.Items,
                ListPart.Of(list, skip => Address(state, isMine, skip)),
                state,
                text,
                isMine,
                new CaseAddresses(Address(Open, isMine), Address(Closed, isMine), Address(All, isMine), Address(state, !isMine)),
                request.Session.FormToken
            )
        );

        string Address(string of, bool mine, string? skip = null) =>
            request.Words.Link(
                "/console/cases",
                ("state", of == Open ? null : of),
                ("q", text),
                ("mine", mine ? "1" : null),
                ("skip", skip)
            );
    }

    /// <summary>One case.</summary>
    public Task<ScreenAnswer> ShowAsync(ConsoleRequest request) => ShowAsync(request, null, null);

    /// <summary>Opens one of alerts.</summary>
    public async Task<ScreenAnswer> OpenAsync(ConsoleRequest request) =>
        (await verbs.OpenAsync(request.Call, new OpenCaseBody(Ids(request), request.Typed("title")))).Failed(
            out var problem,
            out var outcome
        )
            ? problem
            : new ScreenAnswer.Go(Links.Case(outcome.Items[0].Id), "The case is opened.");

    /// <summary>Puts alerts in.</summary>
    public Task<ScreenAnswer> AddAsync(ConsoleRequest request) =>
        StepAsync(
            request,
            "add",
            "The alert is in the case.",
            (call, id) => verbs.AddAsync(call, id, new CaseAlertsBody(Ids(request))),
            isSeen: true
        );

    /// <summary>Takes alerts out.</summary>
    public Task<ScreenAnswer> RemoveAsync(ConsoleRequest request) =>
        StepAsync(
            request,
            "remove",
            "The alert is no longer in the case.",
            (call, id) => verbs.RemoveAsync(call, id, new CaseAlertsBody(Ids(request))),
            isSeen: true
        );

    /// <summary>Notes something.</summary>
    public Task<ScreenAnswer> NoteAsync(ConsoleRequest request) =>
        StepAsync(
            request,
            "note",
            "It is noted.",
            (call, id) => verbs.NoteAsync(call, id, new CaseNoteBody(request.Typed("text"))),
            isSeen: false
        );

    /// <summary>Closes it.</summary>
    public Task<ScreenAnswer> CloseAsync(ConsoleRequest request) =>
        StepAsync(
            request,
            "close",
            "The case is closed with its alerts.",
            (call, id) => verbs.CloseAsync(call, id, new ReasonBody(request.Typed("reason"))),
            isSeen: true
        );

    /// <summary>Opens a patient of the case for a reason.</summary>
    public async Task<ScreenAnswer> RevealAsync(ConsoleRequest request)
    {
        var (key, why) = (request.Typed("key"), request.Typed("why"));
        if (why is null || why.Length < LeastReason || why.Length > MostReason)
        {
            var tooShort = AdminProblem.Invalid(
                "/why",
                "required",
                $"Say why you open this patient, in {LeastReason} to {MostReason} characters without patient data."
            );
            return await ShowAsync(request, TriedForms.Of(request, tooShort, "reveal", key ?? string.Empty, "why"), tooShort);
        }

        if ((await reports.ViewAsync(request.Call, request.Route("id"))).Failed(out var problem, out var view))
        {
            return problem;
        }

        foreach (var (tenant, patient, _) in (await ReadAsync(request.Call, view, why)).Touched)
        {
            if (pseudonym.Of(tenant, patient) == key)
            {
                request.Session.Open(new OpenedPatient(key, tenant, patient, why));
                return new ScreenAnswer.Go("/console/patient/" + Uri.EscapeDataString(key));
            }
        }

        return AdminProblem.NotFound("patient in this case");
    }

    /// <summary>The evidence of all its alerts, as one file.</summary>
    public async Task<ScreenAnswer> EvidenceAsync(ConsoleRequest request)
    {
        var id = request.Route("id");
        if ((await reports.ViewAsync(request.Call, id)).Failed(out var problem, out var view))
        {
            return problem;
        }

        var query = new EvidenceQuery(Alerts: view.Case.Alerts, Why: "case " + id);
        return await jobs.BeginAsync(
            request,
            EvidencePlan.Of("Evidence of a case", Links.Case(id), $"{id}.zip", call => bundles.MakeAsync(call, query))
        );
    }

    private static string[] Ids(ConsoleRequest request) =>
        request.Typed("alerts")?.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private async Task<ScreenAnswer> StepAsync(
        ConsoleRequest request,
        string name,
        string done,
        Func<AdminCall, string, Task<Outcome<EditOutcome>>> step,
        bool isSeen
    )
    {
        var id = request.Route("id");
        var version = request.SeenVersion;
        var call = isSeen ? request.CallOn(ETag.Of(version)) : request.Call;
        return (await step(call, id)).Failed(out var problem, out _)
            ? await ShowAsync(request, TriedForms.Of(request, problem, name, string.Empty, "text", "reason"), problem)
            : new ScreenAnswer.Go(Links.Case(id), done);
    }

    private async Task<ScreenAnswer> ShowAsync(ConsoleRequest request, TriedForm? form, AdminProblem? tried)
    {
        if ((await reports.ViewAsync(request.Call, request.Route("id"))).Failed(out var problem, out var view))
        {
            return problem;
        }

        var caller = request.Call.Caller;
        var mayRead = caller.HasAny(ConsoleSections.TrailReaders);
        CaseRecords? read = null;
        if (mayRead && view.Records.Count > 0)
        {
            // Hundreds of records, for whose data they touched. It is shown once, and read anew for the next look.
            var here = Links.Case(view.Case.Id);
            read = await work.OnceAsync(
                WorkKey.Of(request, "case", view.Case.Id, Words.Number(view.Version)),
                stopping => ReadAsync(request.Behind(stopping), view, null)
            );
            if (read is null)
            {
                return WaitAnswer.Of("alerts", new WaitModel("Case", "The records of the case are being read.", here), tried);
            }
        }

        return new PageContent(
            "Case",
            "alerts",
            typeof(CasePage),
            new CaseModel(
                view,
                mayRead ? read?.Lines ?? [] : null,
                [
                    .. (read?.Touched ?? [])
                        .GroupBy(touched => pseudonym.Of(touched.Tenant, touched.Patient), StringComparer.Ordinal)
                        .Select(group => new CasePatient(
                            group.Key,
                            group.Select(static touched => touched.Record).Distinct().Count(),
                            request.Session.FindOpened(group.Key) is not null
                        ))
                        .OrderByDescending(static patient => patient.Records)
                        .ThenBy(static patient => patient.Key, StringComparer.Ordinal),
                ],
                caller.HasAny(AdminRoles.Closers),
                caller.HasAny(AdminRoles.Keepers),
                mayRead ? Math.Max(0, view.Records.Count - MostRecords) : 0,
                mayRead ? Math.Max(0, view.Records.Count - MostTouched) : 0,
                form,
                request.Session.FormToken
            )
        )
        {
            Status = tried?.Status ?? 200,
            OnRecord = read is null ? null : "that you opened the records of this case.",
        };
    }

    // Each look at a record that is shown is on record by itself, and that at the others, of which the patients are counted, as one.
    private async Task<CaseRecords> ReadAsync(AdminCall of, CaseView view, string? why)
    {
        var lines = new List<TrailLine>();
        var touched = new List<TouchedPatient>();
        foreach (var id in view.Records.Take(MostRecords))
        {
            if (!Guid.TryParse(id, out var guid))
            {
                continue;
            }

            var call = of with { RequestId = Guid.CreateVersion7() };
            if ((await search.SearchAsync(call, new TrailQuery(Id: guid) { Why = why })).Failed(out _, out var page))
            {
                continue;
            }

            foreach (var item in page.Body["items"] as JsonArray ?? [])
            {
                if (TrailLine.Of(item) is not { } line || line.Id != guid)
                {
                    continue;
                }

                lines.Add(line);
                foreach (var patient in item!["record"]!["patients"] as JsonArray ?? [])
                {
                    if (line.Tenant is { } tenant && patient is JsonValue value && value.TryGetValue<string>(out var known))
                    {
                        touched.Add(new TouchedPatient(tenant, known, line.Id));
                    }
                }
            }
        }

        var more = view.Records.Take(MostTouched).Skip(MostRecords).ToList();
        touched.AddRange(await patients.ReadAsync(of, view.Case.Id, more, why));
        return new CaseRecords(lines, touched);
    }

    private sealed record CaseRecords(IReadOnlyList<TrailLine> Lines, IReadOnlyList<TouchedPatient> Touched);
}
