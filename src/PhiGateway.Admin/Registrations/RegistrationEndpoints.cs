using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Http;
using PhiGateway.Admin.Trail;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Registrations;

/// <summary>Maps the queue of strangers that ask to be registered.</summary>
internal static class RegistrationEndpoints
{
    private static readonly CallParameter[] Narrowing =
    [
        new("state", "pending, taken or declined."),
        new("network", "An address, or a network in CIDR notation; an address of IPv6 stands for its /64."),
        new("signed_by", "The URI under which the software statement was signed, exactly."),
        new("form", "metadata, software-statement or client-id-metadata-document."),
        new("received_before", "Only those that came before this moment."),
    ];

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/registrations", (HttpContext context, RegistrationCommands commands) => ListAsync(context, commands))
            .RequireRoles(AdminRoles.All)
            .Describe(
                "Lists strangers that asked to be registered",
                "Undecided ones first. What stands under `says` are the applicant's own words; only keys and client id mean anything. "
                    + "Every parameter narrows the whole queue, not a page of it."
            )
            .Returns(typeof(RegistrationList))
            .Reads([CallParameter.Limit with { Words = "1 to 500; default 500." }, CallParameter.Cursor, .. Narrowing]);
        api.MapGet(
                "/registrations/{id}",
                (HttpContext context, string id, RegistrationCommands commands) =>
                    Answer.JsonAsync(context, call => commands.ShowAsync(call, id))
            )
            .RequireRoles(AdminRoles.All)
            .Describe("Shows one stranger's request, whatever was decided about it")
            .Returns(typeof(RegistrationEntry));
        api.MapPost(
                "/registrations:decline",
                (HttpContext context, RegistrationSweep sweep) =>
                    Answer.JsonAsync<DeclineManyBody, DeclinedRegistrations>(context, (call, body) => sweep.DeclineAsync(call, body))
            )
            .RequireRoles(AdminRoles.Keepers)
            .Describe(
                "Declines every undecided request of a network, a signer, a form or an age",
                "Something must be named, and a reason is required; `?dry_run=true` says which they would be. `at_most` refuses when there are "
                    + "more than were seen (409 more-than-seen). One call declines 1,000 at most and says how many are left."
            )
            .Takes(typeof(DeclineManyBody))
            .Returns(typeof(DeclinedRegistrations))
            .Repeatable();
        api.MapPost(
                "/registrations/{id}:take",
                (HttpContext context, string id, RegistrationCommands commands) =>
                    Answer.OfAsync<TakeBody, Editing.EditOutcome>(
                        context,
                        (call, body) => commands.TakeAsync(call, id, body),
                        // Nothing was written where the client was there already.
                        static outcome =>
                            VerbAnswer.Of(outcome, RegistryKind.Client, outcome.Plan.Writes is [var client, ..] ? client.Id : string.Empty)
                    )
            )
            .RequireRoles(AdminRoles.Writers)
            .Describe(
                "Makes a submitted client of a request",
                "With the applicant's keys and client id and with what people here say of it; somebody else approves the client."
            )
            .Takes(typeof(TakeBody))
            .Returns(typeof(Client))
            .Returns(null, StatusCodes.Status204NoContent)
            .Repeatable();
        api.MapPost(
                "/registrations/{id}:decline",
                (HttpContext context, string id, RegistrationCommands commands) =>
                    Answer.JsonAsync<ReasonBody, RegistrationEntry>(context, (call, body) => commands.DeclineAsync(call, id, body))
            )
            .RequireRoles(AdminRoles.Keepers)
            .Describe("Declines a request to be registered", "A reason is required; the applicant is not told it.")
            .Takes(typeof(ReasonBody))
            .Returns(typeof(RegistrationEntry))
            .Repeatable();
    }

    private static Task<IResult> ListAsync(HttpContext context, RegistrationCommands commands) =>
        Answer.OfAsync(
            context,
            async call =>
            {
                var asked = context.Request.Query;
                if (
                    PageQuery.Read(context).Failed(out var problem, out var page)
                    || QueryOf(asked).Failed(out problem, out var query)
                    || query.Read(AdminProblem.BadParameter).Failed(out problem, out var filter)
                )
                {
                    return problem;
                }

                var skip = 0;
                if (page.After is { } after && !int.TryParse(after.Id, NumberStyles.None, CultureInfo.InvariantCulture, out skip))
                {
                    return AdminProblem.BadParameter("cursor", "it does not belong to this list.");
                }

                return await commands.ListAsync(call, filter, skip, asked.ContainsKey("limit") ? page.Limit : PageRequest.Most);
            },
            list =>
            {
                PageLink.Write(context, list.NextCursor);
                return AdminResult.Json(list);
            }
        );

    private static Outcome<RegistrationQuery> QueryOf(IQueryCollection asked)
    {
        foreach (var parameter in Narrowing)
        {
            if (asked[parameter.Name] is not ([] or [{ Length: > 0 }]))
            {
                return AdminProblem.BadParameter(parameter.Name, "one value is expected.");
            }
        }

        DateTimeOffset? before = null;
        if (asked["received_before"] is [{ } text])
        {
            if (TrailQueryReader.Moment(text) is not { } at)
            {
                return AdminProblem.BadParameter("received_before", "a moment such as 2026-11-30T12:00:00Z is expected.");
            }

            before = at;
        }

        return new RegistrationQuery(One("state"), One("network"), One("signed_by"), One("form"), before);

        string? One(string name) => asked[name] is [{ } value] ? value : null;
    }
}
