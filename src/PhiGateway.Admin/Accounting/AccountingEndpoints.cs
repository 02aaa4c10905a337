using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.Accounting;

/// <summary>Maps the endpoints that account for disclosures to patients, for privacy officers only; patients stand in bodies.</summary>
internal static class AccountingEndpoints
{
    private static readonly string[] Roles = [AdminRoles.PrivacyOfficer];

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost(
                "/accounting:report",
                (HttpContext context, AccountingCommands commands) =>
                    Answer.JsonAsync<AccountingQuery, AccountingReport>(context, commands.ReportAsync)
            )
            .RequireRoles(Roles)
            .Describe(
                "Accounts for the disclosures of one patient",
                "To whom, when, what, and for what; repeated ones together. Answers the request that it names. Itself recorded."
            )
            .Takes(typeof(AccountingQuery))
            .Returns(typeof(AccountingReport));
        Page(api, "csv", "text/csv", "for a spreadsheet", AccountingPages.Csv);
        Page(api, "page", "text/html", "as a page to print", AccountingPages.Html);
        MapHolds(api);
        MapRequests(api);
    }

    private static void Page(RouteGroupBuilder api, string verb, string type, string words, Func<AccountingReport, byte[]> write) =>
        api.MapPost(
                "/accounting:" + verb,
                (HttpContext context, AccountingCommands commands) =>
                    Answer.OfAsync<AccountingQuery, AccountingReport>(
                        context,
                        commands.ReportAsync,
                        report => new AdminResult(StatusCodes.Status200OK, write(report)) { ContentType = type }
                    )
            )
            .RequireRoles(Roles)
            .Describe("Accounts for the disclosures of one patient, " + words, "Without what is the officer's only.")
            .Takes(typeof(AccountingQuery))
            .Returns(typeof(string), contentType: type);

    private static void MapHolds(RouteGroupBuilder api)
    {
        api.MapPost(
                "/accounting/holds",
                (HttpContext context, AccountingCommands commands) =>
                    Answer.OfAsync<HoldBody, RegisterEntry>(context, commands.HoldAsync, static made => AdminResult.Json(made, 201))
            )
            .RequireRoles(Roles)
            .Describe(
                "Holds disclosures back from a patient's accounting",
                "For law enforcement and oversight; by word of mouth at most 30 days."
            )
            .Takes(typeof(HoldBody))
            .Returns(typeof(RegisterEntry), StatusCodes.Status201Created)
            .Repeatable();
        api.MapGet(
                "/accounting/holds",
                (HttpContext context, DisclosureRegister register) => Answer.JsonAsync<HoldList>(context, register.ListHoldsAsync)
            )
            .RequireRoles(Roles)
            .Describe("Lists holds")
            .Returns(typeof(HoldList));
        api.MapPost(
                "/accounting/holds/{id}:release",
                (HttpContext context, string id, AccountingCommands commands) =>
                    Answer.JsonAsync<ReasonBody, RegisterEntry>(context, (call, body) => commands.ReleaseAsync(call, id, body))
            )
            .RequireRoles(Roles)
            .Describe("Releases a hold before its time")
            .Takes(typeof(ReasonBody))
            .Returns(typeof(RegisterEntry))
            .Repeatable();
    }

    private static void MapRequests(RouteGroupBuilder api)
    {
        api.MapPost(
                "/accounting/requests",
                (HttpContext context, AccountingCommands commands) =>
                    Answer.OfAsync<AskedBody, RegisterEntry>(context, commands.AskAsync, static made => AdminResult.Json(made, 201))
            )
            .RequireRoles(Roles)
            .Describe("Puts down a patient's request", "It is to be answered within 60 days.")
            .Takes(typeof(AskedBody))
            .Returns(typeof(RegisterEntry), StatusCodes.Status201Created)
            .Repeatable();
        api.MapGet(
                "/accounting/requests",
                (HttpContext context, DisclosureRegister register) => Answer.JsonAsync<RequestList>(context, register.ListRequestsAsync)
            )
            .RequireRoles(Roles)
            .Describe("Lists requests with their clocks", "Those that are due first.")
            .Returns(typeof(RequestList));
        api.MapPost(
                "/accounting/requests/{id}:extend",
                (HttpContext context, string id, AccountingCommands commands) =>
                    Answer.JsonAsync<ReasonBody, RegisterEntry>(context, (call, body) => commands.ExtendAsync(call, id, body))
            )
            .RequireRoles(Roles)
            .Describe("Takes 30 days more for a request, once", "The patient is told the reason in writing.")
            .Takes(typeof(ReasonBody))
            .Returns(typeof(RegisterEntry))
            .Repeatable();
    }
}
