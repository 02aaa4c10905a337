using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Clients;

/// <summary>
/// Slows a client down while something is looked into, and lifts that again: one person slows, or the watch; an approver who is none of
/// those who did lifts. Its approval stays as it is.
/// </summary>
internal sealed class ClientThrottling(RegistryEditor editor, TimeProvider time)
{
    private const int Most = 1_000_000;

    public Task<Outcome<EditOutcome>> ThrottleAsync(AdminCall call, string id, ThrottleBody body)
    {
        if (body.RequestsPerSecond is not (>= 1 and <= Most))
        {
            return Task.FromResult<Outcome<EditOutcome>>(
                AdminProblem.Invalid("/requests_per_second", "required", $"1 to {Most}; to stop a client, suspend it.")
            );
        }

        var rate = body.RequestsPerSecond.Value;
        return ReasonBody.Require(body.Reason) is { } missing
            ? Task.FromResult<Outcome<EditOutcome>>(missing)
            : RunAsync(
                call,
                id,
                "throttle",
                body.Reason,
                view =>
                    view.Client switch
                    {
                        { Status: not ClientStatus.Active } => AdminProblem.Conflict("not-active", "Only an active client is slowed down."),

                        // Faster than now would be a lift by one person.
                        { Throttle: { } now } when rate > now.RequestsPerSecond => AdminProblem.Conflict(
                            "throttled-already",
                            $"It is slowed to {now.RequestsPerSecond} a second already; an approver lifts that."
                        ),
                        var client => client with
                        {
                            Throttle = new ClientThrottle
                            {
                                RequestsPerSecond = rate,
                                By = SignedWith(view.Client.Throttle, call),
                                At = time.GetUtcNow(),
                                Reason = body.Reason,
                            },
                        },
                    },
                // Whoever asked before that it be lifted asked for something else.
                static json =>
                    AuthorNote.WithAsked(json, [])
            );
    }

    public Task<Outcome<EditOutcome>> LiftAsync(AdminCall call, string id, ReasonBody body) =>
        RunAsync(
            call,
            id,
            "unthrottle",
            body.Reason,
            view =>
            {
                if (view.Client.Throttle is not { } throttle)
                {
                    return AdminProblem.Conflict("not-throttled", "The client is not slowed down.");
                }

                if (call.Persons.Any(person => throttle.By.Any(by => PersonName.Names(by, person))))
                {
                    return new AdminProblem(
                        403,
                        "four-eyes",
                        "A second person must approve",
                        "You slowed this client down; somebody else must lift it."
                    );
                }

                return LiftGuard.Check(call, view, throttle.By, body.Reason) is { } refused
                    ? refused
                    : view.Client with
                    {
                        Throttle = null,
                    };
            },
            static json => AuthorNote.WithAsked(json, [])
        );

    // Whoever slows it further does not become the only one who must not lift it.
    private static IReadOnlyList<string> SignedWith(ClientThrottle? before, AdminCall call) =>
        [.. (before?.By ?? []).Append(PersonName.Signed(call.Persons)).Distinct(StringComparer.OrdinalIgnoreCase)];

    private async Task<Outcome<EditOutcome>> RunAsync(
        AdminCall call,
        string id,
        string verb,
        string? reason,
        Func<ApprovedClient, Outcome<Client>> step,
        Func<string, string>? note = null
    )
    {
        var edit = new Edit(
            "client." + verb,
            KindWord.Of(RegistryKind.Client, id),
            set =>
            {
                if (ApprovedClient.Find(set, id) is not { } view)
                {
                    return AdminProblem.NotFound("client");
                }

                if (ETag.Optional(call, view.Item) is { } stale)
                {
                    return stale;
                }

                if (step(view).Failed(out var refused, out var next))
                {
                    return refused;
                }

                var json = RegistryJson.Serialize(next);
                return new EditPlan([new RegistryWrite(RegistryKind.Client, id, note?.Invoke(json) ?? json, view.Item.Version)])
                {
                    Note = reason,
                };
            }
        );
        return await editor.WriteAsync(call, edit);
    }
}
