using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Revocations;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;
using PhiGateway.Console.Rendering;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Console.Pages.Revocations;

/// <summary>
/// Stops a model, a tenant, an organization, or everything that is no treatment: first the dry run of exactly that, then the step. Lists what
/// was revoked, and lifts it by a second person.
/// </summary>
internal sealed class MassStopScreen(StopPreviews previews, RevocationCommands commands, RevocationBook book)
{
    private const string Path = "/console/stop";
    private const string List = "/console/revocations";
    private const int OnePage = 50;
    private const int MostClients = 200;

    /// <summary>The choice, and what would stop by it.</summary>
    public Task<ScreenAnswer> ShowAsync(ConsoleRequest request) =>
        PageAsync(request, request.Asked("target"), request.Asked("value"), null);

    /// <summary>Stops it.</summary>
    public async Task<ScreenAnswer> StopAsync(ConsoleRequest request)
    {
        var (target, value) = (request.Typed("target"), request.Typed("value"));
        if (BodyOf(target, value).Failed(out var problem, out var body))
        {
            return await PageAsync(request, target, value, problem);
        }

        return (await commands.RevokeAsync(request.Call, body with { Reason = request.Typed("reason") })).Failed(
            out problem,
            out var outcome
        )
            ? await PageAsync(request, target, value, problem)
            : new ScreenAnswer.Go(
                List,
                $"{WordsOf(body)} is stopped, as registry revision {Words.Number(outcome.Edit.Revision)}, "
                    + "in force on every node in under a second."
            );
    }

    /// <summary>What was revoked.</summary>
    public Task<ScreenAnswer> ListAsync(ConsoleRequest request) => ListAsync(request, null, null);

    /// <summary>Lifts one.</summary>
    public async Task<ScreenAnswer> LiftAsync(ConsoleRequest request)
    {
        var id = request.Route("id");
        return (await commands.LiftAsync(request.Call, id, new ReasonBody(request.Typed("reason")))).Failed(
            out var problem,
            out var outcome
        )
            ? await ListAsync(request, TriedForms.Of(request, problem, "lift", id, "reason"), problem)
            : new ScreenAnswer.Go(List, $"It is lifted, as registry revision {Words.Number(outcome.Edit.Revision)}.");
    }

    /// <summary>What is stopped, in words.</summary>
    internal static string WordsOf(RevokeBody body) =>
        body.Target == RevocationTarget.OtherThanTreatment
            ? "Everything that is neither treatment nor an emergency"
            : $"{Words.Kebab(body.Target ?? default)} {body.Value}";

    private async Task<ScreenAnswer> PageAsync(ConsoleRequest request, string? target, string? value, AdminProblem? tried)
    {
        StopPreview? preview = null;
        string? why = null;
        if (target is not null)
        {
            var isKnown = !BodyOf(target, value).Failed(out var problem, out var body);
            if (isKnown && (await previews.PreviewAsync(request.Call, body!)).Failed(out problem, out preview) && problem.Status is 503)
            {
                return problem;
            }

            why = preview is null ? Told(problem) : null;
        }

        return new PageContent(
            "Emergency stop",
            "stop",
            typeof(MassStopPage),
            new MassStopModel(
                await previews.TargetsAsync(request.Call),
                target,
                value,
                preview,
                PartOf(request, target, value, preview?.Clients ?? [], isTried: tried is not null),
                why,
                TriedForms.Of(request, tried, "stop", string.Empty, "reason"),
                request.Session.FormToken
            )
        )
        {
            Status = tried?.Status ?? (why is null ? 200 : 422),
        };
    }

    // Behind a form that was refused only the first of them stand: what was typed there stands in no address.
    private static ListPart PartOf(
        ConsoleRequest request,
        string? target,
        string? value,
        IReadOnlyList<StoppedClient> clients,
        bool isTried
    ) =>
        isTried
            ? new ListPart(0, Math.Min(clients.Count, MostClients), clients.Count, null, null)
            : ListPart.Of(
                ListSlice<StoppedClient>.Of(clients, request.Skipped, MostClients),
                skip => request.Words.Link(Path, ("target", target), ("value", value), ("skip", skip))
            );

    private async Task<ScreenAnswer> ListAsync(ConsoleRequest request, TriedForm? form, AdminProblem? tried)
    {
        var caller = request.Call.Caller;
        return new PageContent(
            "Revocations",
            "stop",
            typeof(RevocationsPage),
            new RevocationsModel(
                await book.ListAsync(request.Call, request.Skipped, OnePage),
                caller.HasAny([AdminRoles.Approver]),
                caller.HasAny(AdminRoles.Closers),
                form,
                request.Session.FormToken
            )
        )
        {
            Status = tried?.Status ?? 200,
        };
    }

    private static string? Told(AdminProblem? problem) =>
        problem?.Errors is { Count: > 0 } errors ? string.Join(' ', errors.Select(static error => error.Detail)) : problem?.Detail;

    // Nothing else is stopped as a whole from here: a client has a page of its own, and tokens are revoked by REST.
    private static Outcome<RevokeBody> BodyOf(string? target, string? value) =>
        target switch
        {
            "model" => new RevokeBody(RevocationTarget.Model, value),
            "tenant" => new RevokeBody(RevocationTarget.Tenant, value),
            "organization" => new RevokeBody(RevocationTarget.Organization, value),
            "other-than-treatment" => new RevokeBody(RevocationTarget.OtherThanTreatment),
            _ => AdminProblem.Invalid(
                "/target",
                "required",
                "Choose what is stopped: a model, a tenant, an organization, or all but treatment."
            ),
        };
}
