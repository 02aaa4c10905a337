using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Editing;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Revocations;

/// <summary>Maps the endpoints that revoke, list revocations and lift them.</summary>
internal static class RevocationEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost(
                "/revocations",
                (HttpContext context, RevocationCommands commands) =>
                    Answer.OfAsync<RevokeBody, RevocationOutcome>(
                        context,
                        (call, body) => commands.RevokeAsync(call, body),
                        static made => Written(made, StatusCodes.Status201Created)
                    )
            )
            .Verb(
                AdminRoles.Closers,
                "Revokes a client, credential, token, organization, use case, tenant, issuer, an agents' model, a subject's tokens, all issued before "
                    + "a moment, or all but treatment",
                "In force on every node in under a second; `?dry_run=true` says which clients and how many of their requests it hits.",
                typeof(RevokeBody),
                typeof(Revocation),
                StatusCodes.Status201Created
            )
            .WithMetadata(new EmergencyStop());
        api.MapPost(
                "/revocations/{id}:lift",
                (HttpContext context, string id, RevocationCommands commands) =>
                    Answer.OfAsync<ReasonBody, RevocationOutcome>(
                        context,
                        (call, body) => commands.LiftAsync(call, id, body),
                        static made => Written(made, StatusCodes.Status200OK)
                    )
            )
            .Verb([AdminRoles.Approver], "Lifts a revocation", "Never by who wrote it.", answer: typeof(Revocation));
        api.MapGet("/revocations", (HttpContext context, RevocationCommands commands) => ListAsync(context, commands))
            .RequireRoles(AdminRoles.All)
            .Describe("Lists revocations, newest first")
            .Returns(typeof(DocumentPage<Revocation>))
            .Reads(CallParameter.Page);
    }

    private static AdminResult Written(RevocationOutcome made, int status) =>
        made.Edit.DryRun
            ? AdminResult.Json(DryRunReport.Of(made.Edit))
            : new AdminResult(status, JsonSerializer.SerializeToUtf8Bytes(Shown(made)));

    // Read as success only when something was hit: the clients that it stops now, and words when there is none.
    private static JsonNode Shown(RevocationOutcome made)
    {
        var row = JsonSerializer.SerializeToNode(made.Row, RegistryJson.Options)!;
        var clients = made.Edit.Revoked;
        row["matched"] = new JsonArray([.. clients.Select(static client => (JsonNode)client)]);
        if (made.Edit.Cut is { } cut)
        {
            row["answers_cut"] = JsonSerializer.SerializeToNode(cut, AdminJson.Options);
        }

        if (clients.Count == 0)
        {
            row["note"] = "It matches no client of the registry as it stands; it counts for whatever is shown from now on.";
        }

        return row;
    }

    private static Task<IResult> ListAsync(HttpContext context, RevocationCommands commands) =>
        Answer.OfAsync(
            context,
            async call => PageQuery.Read(context).Failed(out var problem, out var page) ? problem : await commands.ListAsync(call, page),
            page =>
            {
                PageLink.Write(context, page.Next);
                var items = page.Items.Select(static row => JsonSerializer.SerializeToNode(row, RegistryJson.Options));
                var body = new JsonObject { ["items"] = new JsonArray([.. items]) };
                if (page.Next is not null)
                {
                    body["next_cursor"] = page.Next;
                }

                return new AdminResult(StatusCodes.Status200OK, JsonSerializer.SerializeToUtf8Bytes(body));
            }
        );
}
