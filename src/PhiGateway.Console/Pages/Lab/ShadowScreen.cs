using System.Globalization;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Shadows;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;

namespace PhiGateway.Console.Pages.Lab;

/// <summary>Shows candidates that are judged beside what is in force, starts them and ends them.</summary>
internal sealed class ShadowScreen(ShadowCommands commands, TimeProvider time)
{
    private const string Path = "/console/lab/shadows";

    /// <summary>All of them.</summary>
    public Task<ScreenAnswer> ListAsync(ConsoleRequest request) => ListAsync(request, null);

    /// <summary>One of them.</summary>
    public async Task<ScreenAnswer> ShowAsync(ConsoleRequest request) =>
        (await commands.FindAsync(request.Call, request.Route("id"))).Failed(out var problem, out var report)
            ? problem
            : new PageContent(
                "Shadow",
                "lab",
                typeof(ShadowPage),
                new ShadowModel(report, request.Call.Caller.HasAny(ConsoleSections.TrailReaders), request.Session.FormToken)
            )
            {
                OnRecord = "that you looked at what this shadow has come to.",
            };

    /// <summary>Starts one.</summary>
    public async Task<ScreenAnswer> StartAsync(ConsoleRequest request)
    {
        var body = new StartShadowBody(
            request.Typed("use_case"),
            Moment(request.Typed("until")),
            request.Typed("reason"),
            request.TypedText("candidate"),
            OneIn: request.Typed("one_in") is { } share ? Number(share) : null
        );
        return (await commands.StartAsync(request.Call, body)).Failed(out var problem, out var report)
            ? await ListAsync(request, problem)
            : new ScreenAnswer.Go(Links.Shadow(report.Shadow.Id), "The shadow is started; what comes from now on is judged.");
    }

    /// <summary>Ends one.</summary>
    public async Task<ScreenAnswer> EndAsync(ConsoleRequest request) =>
        (await commands.EndAsync(request.Call, request.Route("id"))).Failed(out var problem, out var report)
            ? problem
            : new ScreenAnswer.Go(Links.Shadow(report.Shadow.Id), "The shadow is ended.");

    private async Task<ScreenAnswer> ListAsync(ConsoleRequest request, AdminProblem? tried)
    {
        if ((await commands.ListAsync(CallOf(request, tried))).Failed(out var problem, out var list))
        {
            return problem;
        }

        var asked = request.Asked("use_case");
        return new PageContent(
            "Shadows",
            "lab",
            typeof(ShadowsPage),
            new ShadowsModel(
                list.Items,
                TriedForms.Of(request, Placed(tried), "start", string.Empty, "use_case", "until", "one_in", "candidate", "reason"),
                request.Session.FormToken,
                time.GetUtcNow(),
                asked,
                asked is null ? null : await commands.DraftAsync(request.Call, asked)
            )
        )
        {
            Status = tried?.Status ?? 200,
            OnRecord = "that you looked at what shadows have come to.",
        };
    }

    // A click that was refused and shows the list again is two calls.
    private AdminCall CallOf(ConsoleRequest request, AdminProblem? tried) =>
        tried is null ? request.Call : request.Call with { RequestId = Guid.CreateVersion7(time.GetUtcNow()) };

    // A finding inside of the candidate says its place there.
    private static AdminProblem? Placed(AdminProblem? tried)
    {
        if (tried?.Errors is not { Count: > 0 } errors || errors.All(static error => IsField(error.Pointer)))
        {
            return tried;
        }

        var words = string.Join(" ", errors.Take(5).Select(static error => $"{error.Pointer} {error.Detail}"));
        return tried with { Errors = AdminProblem.Invalid("/candidate", "invalid", words).Errors };
    }

    private static bool IsField(string pointer) => pointer is "/use_case" or "/until" or "/one_in" or "/candidate" or "/reason";

    private static DateTimeOffset? Moment(string? text) =>
        DateTimeOffset.TryParse(
            text,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var at
        )
            ? at
            : null;

    // What is no number is out of range.
    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
