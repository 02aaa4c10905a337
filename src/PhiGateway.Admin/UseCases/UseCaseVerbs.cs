using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Clients;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.UseCases;

/// <summary>Approves and retires use cases; what a client may do under one is approved with the client.</summary>
internal sealed class UseCaseVerbs(RegistryEditor editor, IRegistryRules rules)
{
    public Task<IResult> ApproveAsync(HttpContext context, string id) =>
        RunAsync(
            context,
            id,
            "approve",
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

                return
                    (ETag.Require(context, item.Version) ?? FourEyes.Refuse(useCase, item, AdminCaller.Of(context).Person)) is { } refused
                    ? refused
                    : useCase with
                    {
                        Status = UseCaseStatus.Approved,
                    };
            }
        );

    public Task<IResult> RetireAsync(HttpContext context, string id) =>
        RunAsync(
            context,
            id,
            "retire",
            (useCase, item) => ETag.Optional(context, item.Version) is { } stale ? stale : useCase with { Status = UseCaseStatus.Retired }
        );

    private async Task<IResult> RunAsync(HttpContext context, string id, string verb, Func<UseCase, RegistryItem, Outcome<UseCase>> step)
    {
        if ((await VerbBody.ReadAsync<ReasonBody>(context)).Failed(out var problem, out var body))
        {
            return problem;
        }

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
        );
        return VerbAnswer.Of(await editor.WriteAsync(context, edit), RegistryKind.UseCase, id, rules);
    }
}
