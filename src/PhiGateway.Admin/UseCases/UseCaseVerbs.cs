using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Editing;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.UseCases;

/// <summary>Approves and retires use cases; what a client may do under one is approved with the client.</summary>
internal sealed class UseCaseVerbs(RegistryEditor editor)
{
    private const string Approve = "approve";

    public Task<Outcome<EditOutcome>> ApproveAsync(AdminCall call, string id, ReasonBody body) =>
        RunAsync(
            call,
            id,
            body,
            Approve,
            (useCase, item) =>
            {
                if (useCase.Status == UseCaseStatus.Retired)
                {
                    return AdminProblem.Conflict("retired", "A retired use case stays retired; document a new one.");
                }

                if (useCase.Grants.Count == 0)
                {
                    return AdminProblem.Conflict("no-grants", "A use case without grants permits nothing; there is nothing to approve.");
                }

                return (ETag.RequireSeen(call, item) ?? FourEyes.Refuse(item, call)) is { } refused
                    ? refused
                    : useCase with
                    {
                        Status = UseCaseStatus.Approved,
                    };
            }
        );

    public Task<Outcome<EditOutcome>> RetireAsync(AdminCall call, string id, ReasonBody body) =>
        RunAsync(
            call,
            id,
            body,
            "retire",
            (useCase, item) => ETag.Optional(call, item) is { } stale ? stale : useCase with { Status = UseCaseStatus.Retired }
        );

    private async Task<Outcome<EditOutcome>> RunAsync(
        AdminCall call,
        string id,
        ReasonBody body,
        string verb,
        Func<UseCase, RegistryItem, Outcome<UseCase>> step
    )
    {
        var edit = new Edit(
            "use-case." + verb,
            "use-case/" + id,
            set =>
            {
                if (set.Find(RegistryKind.UseCase, id) is not { Entity: UseCase useCase } found)
                {
                    return AdminProblem.NotFound("use case");
                }

                return step(useCase, found.Item).Failed(out var refused, out var next)
                    ? refused
                    : new EditPlan([new RegistryWrite(RegistryKind.UseCase, id, RegistryJson.Serialize(next), found.Item.Version)])
                    {
                        Note = body.Reason,
                    };
            }
        )
        {
            IsSecondPerson = verb == Approve,
        };
        return await editor.WriteAsync(call, edit);
    }
}
