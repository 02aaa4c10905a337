using System.Text;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Decisions;
using PhiGateway.Admin.Replay;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Console.Work;
using PhiGateway.RegistryFiles.Files;

namespace PhiGateway.Console.Pages.Lab;

/// <summary>Tries requests that nobody makes, and changes of the registry against what was really asked; changes nothing.</summary>
internal sealed class LabScreen(RequestExplainer explainer, ReplayCommands replay, Jobs jobs)
{
    private const int Default = 30;

    /// <summary>Who may ask about a request: whether a patient is on a roster shows in the answer.</summary>
    public static IReadOnlyList<string> Simulators { get; } = [AdminRoles.Auditor, AdminRoles.Operator, AdminRoles.Admin];

    /// <summary>Who may replay.</summary>
    public static IReadOnlyList<string> Replayers { get; } =
    [AdminRoles.Auditor, AdminRoles.Operator, AdminRoles.Approver, AdminRoles.Admin];

    /// <summary>The forms.</summary>
    public static Task<ScreenAnswer> ShowAsync(ConsoleRequest request) => Task.FromResult(Page(request, null, null));

    /// <summary>Decides a request that nobody makes.</summary>
    public async Task<ScreenAnswer> SimulateAsync(ConsoleRequest request)
    {
        var question = Question(request);
        var body = new ExplainRequest(
            new ExplainCaller(Client: question.Client, Scopes: question.Scopes, Purpose: question.Purpose, Binding: question.Binding),
            question.Request,
            Peer: question.Peer
        );
        return (await explainer.ExplainAsync(request.Call, body)).Failed(out var problem, out var answer)
            ? Page(request, null, problem)
            : Page(request, answer, null);
    }

    /// <summary>Decides a window again over a candidate.</summary>
    public async Task<ScreenAnswer> ReplayAsync(ConsoleRequest request)
    {
        var text = request.TypedText("candidate");
        if (text is null)
        {
            return Page(
                request,
                null,
                AdminProblem.Invalid("/candidate", "required", "Write the documents that would differ, in at most 16,384 characters.")
            );
        }

        // JSON is YAML too.
        if (RegistryFile.Read(Encoding.UTF8.GetBytes(text), yaml: true).Failed(out var refusal, out var file))
        {
            return Page(request, null, AdminProblem.Of(refusal));
        }

        var days = Days(request);
        var answer = await jobs.BeginAsync(
            request,
            new JobPlan(
                $"Replay of {days} days",
                Replayers,
                "/console/lab",
                async run =>
                {
                    if ((await replay.ReplayAsync(run.Call, file, days)).Failed(out var problem, out var report))
                    {
                        return problem;
                    }

                    run.Result = new Replayed(text, days, report);
                    return null;
                }
            )
            {
                Page = static id => "/console/lab/replay/" + id,
            }
        );
        return answer is ScreenAnswer.Refused(var refused) ? Page(request, null, refused) : answer;
    }

    /// <summary>What came of a replay, for whoever began it.</summary>
    public Task<ScreenAnswer> ShowReplayAsync(ConsoleRequest request) =>
        Task.FromResult(
            jobs.Find(request.Call.Caller, request.Route("id"))?.Result is Replayed done
                ? Page(request, null, null, done)
                : AdminProblem.NotFound("replay of yours here: it is kept for half an hour, and ends with your sessions")
        );

    private static int Days(ConsoleRequest request) =>
        request.Typed("days") switch
        {
            "7" => 7,
            "90" => 90,
            _ => Default,
        };

    private static LabQuestion Question(ConsoleRequest request) =>
        new(
            request.Typed("client") ?? request.Asked("client"),
            request.Typed("request"),
            request.Typed("purpose"),
            request.Typed("scopes"),
            request.Typed("peer"),
            request.Typed("binding")
        );

    private static ScreenAnswer Page(ConsoleRequest request, DecisionExplanation? answer, AdminProblem? tried, Replayed? done = null)
    {
        var caller = request.Call.Caller;
        return new PageContent(
            "Policy lab",
            "lab",
            typeof(LabPage),
            new LabModel(
                Question(request),
                answer,
                done?.Candidate ?? request.TypedText("candidate"),
                done?.Days ?? Days(request),
                done?.Report,
                caller.HasAny(Simulators),
                caller.HasAny(Replayers),
                caller.HasAny(ConsoleSections.TrailReaders),
                TriedOf(request, tried),
                request.Session.FormToken
            )
        )
        {
            Status = tried?.Status ?? 200,
            OnRecord = (answer, done) switch
            {
                (not null, _) => "that you asked about this request.",
                (_, not null) => "this replay, with the clients that it was about.",
                _ => null,
            },
        };
    }

    private sealed record Replayed(string Candidate, int Days, ReplayReport Report);

    // A finding inside of the candidate says its place there.
    private static TriedForm? TriedOf(ConsoleRequest request, AdminProblem? tried)
    {
        if (request.TypedText("candidate") is null && request.Typed("days") is null)
        {
            return TriedForms.Of(request, tried, "simulate", string.Empty, "client", "purpose", "scopes", "peer", "binding", "request");
        }

        var placed = tried?.Errors is { Count: > 0 } errors
            ? string.Join(" ", errors.Take(5).Select(static error => $"{error.Pointer} {error.Detail}"))
            : tried?.Detail ?? tried?.Title;
        var problem = placed is null ? null : tried! with { Errors = AdminProblem.Invalid("/candidate", "invalid", placed).Errors };
        return TriedForms.Of(request, problem, "replay", string.Empty, "candidate", "days");
    }
}
