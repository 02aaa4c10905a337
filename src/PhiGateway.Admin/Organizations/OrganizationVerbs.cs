using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Organizations;

/// <summary>Ends the business with an organization in one step: it and all its clients, or none.</summary>
internal sealed class OrganizationVerbs(RegistryEditor editor, IRegistryRules rules, TimeProvider time)
{
    public async Task<IResult> OffboardAsync(HttpContext context, string id)
    {
        if ((await VerbBody.ReadAsync<OffboardBody>(context)).Failed(out var problem, out var body))
        {
            return problem;
        }

        if (VerbBody.RequireReason(body.Reason) is { } missing)
        {
            return missing;
        }

        var edit = new Edit("organization.offboard", "organization/" + id, set => Plan(context, set, id, body));
        return VerbAnswer.Of(await editor.WriteAsync(context, edit), RegistryKind.Organization, id, rules);
    }

    private Outcome<EditPlan> Plan(HttpContext context, WorkingSet set, string id, OffboardBody body)
    {
        if (set.Find(RegistryKind.Organization, id) is not { Entity: Organization organization } found)
        {
            return AdminProblem.NotFound("organization");
        }

        if (ETag.Optional(context, found.Item.Version) is { } stale)
        {
            return stale;
        }

        var useCases = set.All<UseCase>(RegistryKind.UseCase)
            .Where(useCase => useCase.Organization == id)
            .Select(static useCase => useCase.Id)
            .ToHashSet(StringComparer.Ordinal);
        var observe = body.Stage == OffboardStage.Suspend;
        var writes = new List<RegistryWrite>
        {
            new(
                RegistryKind.Organization,
                id,
                RegistryJson.Serialize(
                    organization with
                    {
                        Status = observe ? OrganizationStatus.Suspended : OrganizationStatus.Offboarded,
                    }
                ),
                found.Item.Version
            ),
        };
        foreach (var (clientId, item) in set.Kind(RegistryKind.Client))
        {
            if (item.Entity is not Client client || !useCases.Contains(client.UseCase))
            {
                continue;
            }

            var to = observe ? ClientStatus.Suspended : ClientStatus.Revoked;
            if (rules.RefuseTransition(client.Status, to) is null)
            {
                writes.Add(
                    new RegistryWrite(
                        RegistryKind.Client,
                        clientId,
                        RegistryJson.Serialize(client with { Status = to, StatusReason = body.Reason }),
                        item.Item.Version
                    )
                );
            }
        }

        var now = time.GetUtcNow();
        return new EditPlan(writes)
        {
            Note = body.Reason,
            Revocations = observe
                ? []
                :
                [
                    new Revocation(
                        Guid.CreateVersion7(now).ToString(),
                        RevocationTarget.Organization,
                        id,
                        null,
                        null,
                        body.Reason!,
                        AdminCaller.Of(context).Person,
                        now
                    ),
                ],
        };
    }
}

/// <summary>Body of an offboarding.</summary>
/// <param name="Reason">Why, in words without patient data; required.</param>
/// <param name="Stage">suspend to observe first, revoke (the default) to end it.</param>
public sealed record OffboardBody(string? Reason = null, OffboardStage Stage = OffboardStage.Revoke);

/// <summary>The two steps of offboarding.</summary>
public enum OffboardStage : byte
{
    /// <summary>Ends every path of the organization for good.</summary>
    Revoke,

    /// <summary>Closes every path until it is resumed, to see who notices.</summary>
    Suspend,
}
