using System.Globalization;
using PhiGateway.Admin.Accounting;
using PhiGateway.Admin.Calls;
using PhiGateway.Console.Http;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Sessions;
using PhiGateway.Console.Work;

namespace PhiGateway.Console.Pages.Patients;

/// <summary>
/// Accounts for the disclosures of a patient that the session has opened for a reason, and keeps the patient's holds and requests; each
/// accounting and each step is on record by the commands it calls.
/// </summary>
internal sealed class AccountingScreen(
    AccountingCommands commands,
    DisclosureRegister register,
    PatientScreen patients,
    LongWork work,
    Jobs jobs,
    TimeProvider time
)
{
    private static readonly string[] Fields = ["agency", "reason", "until", "organization", "oral", "received"];

    private static readonly string[] Officers = [AdminRoles.PrivacyOfficer];

    private const string Later = "It is on record, and stands here within a second or two.";

    /// <summary>The accounting.</summary>
    public Task<ScreenAnswer> ShowAsync(ConsoleRequest request) => WithAsync(request, opened => PageAsync(request, opened, null, null));

    /// <summary>The accounting as the patient's file.</summary>
    public Task<ScreenAnswer> CsvAsync(ConsoleRequest request) =>
        WithAsync(
            request,
            opened =>
                jobs.BeginAsync(
                    request,
                    new JobPlan("Accounting of disclosures as CSV", Officers, PathOf(opened), run => WriteAsync(run, opened))
                    {
                        ContentType = "text/csv; charset=utf-8",
                        FileName = "accounting.csv",
                        Unit = ("line", "lines"),
                    }
                )
        );

    /// <summary>Notes that a request was answered with the accounting as it is now.</summary>
    public Task<ScreenAnswer> AnswerAsync(ConsoleRequest request) => WithAsync(request, opened => AnswerAsync(request, opened));

    /// <summary>Puts a request down.</summary>
    public Task<ScreenAnswer> AskAsync(ConsoleRequest request) =>
        WithAsync(
            request,
            opened =>
                DayOf(request.Typed("received")) is { } received
                    ? StepAsync(
                        request,
                        opened,
                        "ask",
                        commands.AskAsync(request.Call, new AskedBody(opened.Tenant, opened.Patient, received))
                    )
                    : WrongDayAsync(request, opened, "ask", "received")
        );

    /// <summary>Takes 30 days more for a request.</summary>
    public Task<ScreenAnswer> ExtendAsync(ConsoleRequest request) =>
        WithAsync(
            request,
            async opened =>
                await FindAsync(request, opened, isHold: false) is { } id
                    ? await StepAsync(
                        request,
                        opened,
                        "extend",
                        commands.ExtendAsync(request.Call, id, new ReasonBody(request.Typed("reason")))
                    )
                    : AdminProblem.NotFound("request")
        );

    /// <summary>Sets a hold.</summary>
    public Task<ScreenAnswer> HoldAsync(ConsoleRequest request) =>
        WithAsync(
            request,
            opened =>
                DayOf(request.Typed("until")) is { } until
                    ? StepAsync(
                        request,
                        opened,
                        "hold",
                        commands.HoldAsync(
                            request.Call,
                            new HoldBody(
                                opened.Tenant,
                                opened.Patient,
                                request.Typed("agency") ?? string.Empty,
                                request.Typed("reason") ?? string.Empty,
                                until,
                                request.Typed("organization"),
                                request.Typed("oral") == "1"
                            )
                        )
                    )
                    : WrongDayAsync(request, opened, "hold", "until")
        );

    /// <summary>Releases a hold before its time.</summary>
    public Task<ScreenAnswer> ReleaseAsync(ConsoleRequest request) =>
        WithAsync(
            request,
            async opened =>
                await FindAsync(request, opened, isHold: true) is { } id
                    ? await StepAsync(
                        request,
                        opened,
                        "release",
                        commands.ReleaseAsync(request.Call, id, new ReasonBody(request.Typed("reason")))
                    )
                    : AdminProblem.NotFound("hold")
        );

    private async Task<Outcome<Gathered>> GatherAsync(AdminCall call, OpenedPatient opened) =>
        (await commands.ReportAsync(call, QueryOf(opened))).Failed(out var problem, out var report)
            ? problem
            : new Gathered(
                report,
                await register.HoldsAsync(opened.Tenant, opened.Patient, call.Cancelled),
                await register.RequestsAsync(opened.Tenant, opened.Patient, call.Cancelled)
            );

    private static AccountingQuery QueryOf(OpenedPatient opened) => new(opened.Tenant, opened.Patient);

    // A request or a hold has a form of its own in its row.
    private static string OfRow(ConsoleRequest request, string? name) =>
        name is "extend" or "release" or "answer" ? request.Typed("id") ?? string.Empty : string.Empty;

    private static WorkKey KeyOf(ConsoleRequest request, OpenedPatient opened) =>
        WorkKey.Of(request, "accounting of patient", opened.Key, opened.Why);

    private static string PathOf(OpenedPatient opened) => $"{PatientScreen.PathOf(opened.Key)}/accounting";

    private static DateTimeOffset? DayOf(string? text) =>
        DateTimeOffset.TryParseExact(
            text,
            ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd'T'HH:mm:ss'Z'"],
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var at
        )
            ? at
            : null;

    private Task<ScreenAnswer> WithAsync(ConsoleRequest request, Func<OpenedPatient, Task<ScreenAnswer>> show) =>
        request.Session.FindOpened(request.Route("key")) is { } opened ? show(opened) : Task.FromResult(patients.AskForReason(request));

    private Task<ScreenAnswer> WrongDayAsync(ConsoleRequest request, OpenedPatient opened, string name, string field) =>
        PageAsync(
            request,
            opened,
            name,
            AdminProblem.Invalid("/" + field, "invalid", $"'{field}' is a day such as 2026-12-29, or with a time.")
        );

    private async Task<ScreenAnswer> StepAsync(ConsoleRequest request, OpenedPatient opened, string name, Task<Outcome<RegisterEntry>> step)
    {
        if ((await step).Failed(out var problem, out _))
        {
            return await PageAsync(request, opened, name, problem);
        }

        work.Drop(KeyOf(request, opened));
        return new ScreenAnswer.Go(PathOf(opened), Later);
    }

    private async Task<ScreenAnswer> AnswerAsync(ConsoleRequest request, OpenedPatient opened)
    {
        if (await FindAsync(request, opened, isHold: false) is not { } id)
        {
            return AdminProblem.NotFound("request");
        }

        // The accounting is made whole before it answers, however long that takes.
        var (query, path) = (QueryOf(opened) with { Request = Guid.ParseExact(id, "D") }, PathOf(opened));
        var plan = new JobPlan(
            "Answer to a request for an accounting",
            Officers,
            path,
            async run => (await commands.ReportAsync(run.Call, query)).Failed(out var problem, out _) ? problem : null
        )
        {
            Page = _ => path,
        };
        work.Drop(KeyOf(request, opened));
        return await jobs.BeginAsync(request, plan) switch
        {
            ScreenAnswer.Refused(var problem) => await PageAsync(request, opened, "answer", problem),
            ScreenAnswer.Go { Path: var to } when to == path => new ScreenAnswer.Go(path, "The request is answered. " + Later),
            var answer => answer,
        };
    }

    private async Task<AdminProblem?> WriteAsync(JobRun run, OpenedPatient opened)
    {
        if ((await commands.ReportAsync(run.Call, QueryOf(opened))).Failed(out var problem, out var report))
        {
            return problem;
        }

        await run.WriteAsync(AccountingPages.Csv(report));
        run.Advance(report.Disclosures.Count);
        return null;
    }

    // What a form names is of this patient: another one's hold is another page's.
    private async Task<string?> FindAsync(ConsoleRequest request, OpenedPatient opened, bool isHold)
    {
        var cancelled = request.Call.Cancelled;
        var known = isHold
            ? (await register.HoldsAsync(opened.Tenant, opened.Patient, cancelled)).Select(static hold => hold.Id)
            : (await register.RequestsAsync(opened.Tenant, opened.Patient, cancelled)).Select(static asked => asked.Id);
        return request.Typed("id") is { } id && known.Any(one => one.ToString("D") == id) ? id : null;
    }

    private async Task<ScreenAnswer> PageAsync(ConsoleRequest request, OpenedPatient opened, string? name, AdminProblem? tried)
    {
        // Every record that names the patient. It is shown once, and made anew for the next look.
        var made = await work.BehindAsync(request, KeyOf(request, opened), call => GatherAsync(call, opened));
        if (made is null)
        {
            const string Said = "Every record that names the patient is being read.";
            return WaitAnswer.Of("patient", new WaitModel("Accounting of disclosures", Said, PathOf(opened)), tried);
        }

        if (made.Outcome.Failed(out var problem, out var gathered))
        {
            return problem;
        }

        return new PageContent(
            "Accounting of disclosures",
            "patient",
            typeof(AccountingPage),
            new AccountingModel(
                opened.Key,
                gathered.Report,
                gathered.Holds,
                gathered.Requests,
                AccountingRule.Part2.NotInForce!,
                TriedForms.Of(request, tried, name ?? string.Empty, OfRow(request, name), Fields),
                time.GetUtcNow(),
                request.Session.FormToken
            )
        )
        {
            Status = tried?.Status ?? 200,
            OnRecord = $"that you made this accounting; the patient was opened for: {opened.Why}",
        };
    }

    // PHI: it stays in memory until it is shown, or nobody comes for it.
    private sealed record Gathered(AccountingReport Report, IReadOnlyList<DisclosureHold> Holds, IReadOnlyList<DisclosureRequest> Requests);
}
