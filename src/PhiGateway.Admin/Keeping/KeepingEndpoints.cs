using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Accounting;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.Keeping;

/// <summary>Maps the endpoints that keep the trail and delete what need not be kept; for privacy officers.</summary>
internal static class KeepingEndpoints
{
    private static readonly string[] Officers = [AdminRoles.PrivacyOfficer];
    private static readonly string[] Readers = [AdminRoles.Auditor, AdminRoles.PrivacyOfficer];

    /// <summary>Adds them.</summary>
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet(
                "/audit/keeping",
                (HttpContext context, KeepingCommands commands) => Answer.JsonAsync<KeepingReport>(context, commands.ReportAsync)
            )
            .RequireRoles(Readers)
            .Describe("Says how long the trail is kept", "Of each month until when, whether that is over, and which holds keep it.")
            .Returns(typeof(KeepingReport));
        api.MapGet(
                "/audit/keeping/holds",
                (HttpContext context, KeepingCommands commands) => Answer.JsonAsync<LegalHoldList>(context, commands.HoldsAsync)
            )
            .RequireRoles(Readers)
            .Describe("Lists holds on deletion", "Those that were lifted too; without patients' names.")
            .Returns(typeof(LegalHoldList));
        api.MapPost(
                "/audit/keeping/holds",
                (HttpContext context, KeepingCommands commands) =>
                    Answer.OfAsync<LegalHoldBody, RegisterEntry>(context, commands.HoldAsync, static made => AdminResult.Json(made, 201))
            )
            .RequireRoles(Officers)
            .Describe("Sets a hold on deletion", "On a tenant, a patient of a tenant, or the records of a case.")
            .Takes(typeof(LegalHoldBody))
            .Returns(typeof(RegisterEntry), StatusCodes.Status201Created)
            .Repeatable();
        api.MapPost(
                "/audit/keeping/holds/{id}:lift",
                (HttpContext context, string id, KeepingCommands commands) =>
                    Answer.JsonAsync<ReasonBody, RegisterEntry>(context, (call, body) => commands.LiftAsync(call, id, body))
            )
            .RequireRoles(Officers)
            .Describe("Agrees to lift a hold on deletion", "It ends when a second person agrees.")
            .Takes(typeof(ReasonBody))
            .Returns(typeof(RegisterEntry))
            .Repeatable();
        api.MapPost(
                "/audit/keeping:delete",
                (HttpContext context, KeepingCommands commands) =>
                    Answer.JsonAsync<DeleteMonthBody, DeletedMonth>(context, commands.DeleteAsync)
            )
            .RequireRoles(Officers)
            .Describe(
                "Deletes a month of the trail",
                "When its time has come and no hold keeps it; the published logs stay. A dry run says what would go."
            )
            .Takes(typeof(DeleteMonthBody))
            .Returns(typeof(DeletedMonth))
            .Repeatable();
        api.MapGet(
                "/audit/keeping/keys",
                (HttpContext context, ContentCommands commands) => Answer.JsonAsync<BodyKeyList>(context, commands.KeysAsync)
            )
            .RequireRoles(Readers)
            .Describe("Lists the keys of the trail's content", "How many data keys each month and tenant has, and which were destroyed.")
            .Returns(typeof(BodyKeyList));
        api.MapPost(
                "/audit/keeping:destroy-content",
                (HttpContext context, ContentCommands commands) =>
                    Answer.JsonAsync<DestroyContentBody, DestroyedContent>(context, commands.DestroyAsync)
            )
            .RequireRoles(Officers)
            .Describe(
                "Destroys the content of a tenant's month",
                "When its time has come, no hold keeps it and a second person asks for the same; proofs stay valid. A dry run says what would go."
            )
            .Takes(typeof(DestroyContentBody))
            .Returns(typeof(DestroyedContent))
            .Repeatable();
    }
}
