using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.Rosters;

/// <summary>Maps memberships. They are PHI: viewers see the roster, not who is on it.</summary>
internal static class RosterEndpoints
{
    private static readonly string[] Readers = [AdminRoles.Auditor, AdminRoles.Operator, AdminRoles.Admin];

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/rosters/{id}/members", (HttpContext context, string id, MemberCommands commands) => ListAsync(context, id, commands))
            .RequireRoles(Readers)
            .Describe("Lists the members of a roster", "In order of patient id; each call is recorded.")
            .Returns(typeof(MemberPage))
            .Reads(CallParameter.Page);
        api.MapPut(
                "/rosters/{id}/members/{patient}",
                (HttpContext context, string id, string patient, MemberCommands commands) => PutAsync(context, id, patient, commands)
            )
            .RequireRoles(AdminRoles.Feeders)
            .Describe(
                "Adds or changes one membership",
                "204, or 200 with the clients whose approval ended with it (`closed`), where one person may add no more of them alone."
            )
            .Takes(typeof(MemberLine), optional: true)
            .Returns(null, StatusCodes.Status204NoContent)
            .Returns(typeof(MemberDryRun))
            .Reads(CallParameter.DryRun);
        api.MapDelete(
                "/rosters/{id}/members/{patient}",
                (HttpContext context, string id, string patient, MemberCommands commands) =>
                    Answer.OfAsync(context, call => commands.RemoveAsync(call, id, patient), Written)
            )
            .RequireRoles(AdminRoles.Feeders)
            .Describe("Removes one membership")
            .Returns(null, StatusCodes.Status204NoContent)
            .Returns(typeof(MemberDryRun))
            .Reads(CallParameter.DryRun);
        api.MapPost(
                "/rosters/{id}/members:import",
                (HttpContext context, string id, MemberImport import) => ImportAsync(context, id, import)
            )
            .RequireRoles(AdminRoles.Feeders)
            .Describe(
                "Imports memberships as NDJSON",
                "One `{\"patient\":\"…\",\"from\":\"…\",\"until\":\"…\",\"source\":\"…\"}` a line; bad lines are reported by number "
                    + "and passed over; resume with `?from_line=`. With an Idempotency-Key the Content-Digest (RFC 9530) stands for the body."
            )
            .Takes(typeof(MemberLine), MemberImport.MediaType)
            .Returns(typeof(ImportResult), contentType: MemberImport.MediaType)
            .Repeatable(IdempotencyScope.Stream)
            .Reads(CallParameter.FromLine);
    }

    // No Link header: the cursor holds a patient id, and the link would put it into a URL of ours.
    private static Task<IResult> ListAsync(HttpContext context, string id, MemberCommands commands) =>
        Answer.JsonAsync(
            context,
            async call => PageQuery.Read(context).Failed(out var problem, out var page) ? problem : await commands.ListAsync(call, id, page)
        );

    private static Task<IResult> PutAsync(HttpContext context, string id, string patient, MemberCommands commands) =>
        Answer.OfAsync(
            context,
            async call =>
                (await RequestBody.ReadObjectAsync(context, optional: true)).Failed(out var problem, out var body)
                    ? problem
                    : await commands.PutAsync(call, id, patient, body),
            Written
        );

    private static AdminResult Written(MemberChange change) =>
        change switch
        {
            { DryRun: true } => AdminResult.Json(new MemberDryRun(true, change.Event, 1)),
            { Closed.Count: > 0 } => AdminResult.Json(new MemberDryRun(false, change.Event, 1, change.Closed)),
            _ => new AdminResult(StatusCodes.Status204NoContent, default),
        };

    private static Task<IResult> ImportAsync(HttpContext context, string id, MemberImport import) =>
        Answer.OfAsync(
            context,
            async call =>
                ReadImport(context, id).Failed(out var problem, out var input)
                    ? problem
                    : await import.ImportAsync(call, input, line => SendAsync(context, line)),
            static end => new StreamedResult(end.Status, JsonSerializer.SerializeToUtf8Bytes(end.Result, AdminJson.Options))
        );

    private static Outcome<ImportInput> ReadImport(HttpContext context, string id)
    {
        if (!RequestBody.IsMediaType(context, MemberImport.MediaType) && !RequestBody.IsMediaType(context, "application/ndjson"))
        {
            return AdminProblem.MediaType(MemberImport.MediaType);
        }

        var fromLine = 1L;
        if (
            context.Request.Query["from_line"] is [{ } text]
            && (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out fromLine) || fromLine < 1)
        )
        {
            return AdminProblem.BadParameter("from_line", "a line number from 1 on is expected.");
        }

        var named = ContentDigest.Read(context.Request.Headers[ContentDigest.Header]);
        if (named is null && context.Request.Headers.ContainsKey(ContentDigest.Header))
        {
            return AdminProblem.BadHeader(ContentDigest.Header, "sha-256=:base64: is expected.");
        }

        // A million lines are larger than any limit for documents; lines and batches are bounded instead.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        return new ImportInput(
            id,
            fromLine,
            named,
            context.Request.Body,
            context.Request.BodyReader,
            static fault => fault is BadHttpRequestException
        );
    }

    private static async Task SendAsync(HttpContext context, object line)
    {
        try
        {
            if (!context.Response.HasStarted)
            {
                context.Response.ContentType = MemberImport.MediaType;
            }

            await context.Response.Body.WriteAsync(
                (byte[])[.. JsonSerializer.SerializeToUtf8Bytes(line, line.GetType(), AdminJson.Options), (byte)'\n']
            );
            await context.Response.Body.FlushAsync();
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // Whoever asked is gone; the record in the trail holds the same figures.
        }
    }
}
