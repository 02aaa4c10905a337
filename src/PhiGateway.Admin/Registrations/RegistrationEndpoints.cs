using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Documents;
using PhiGateway.Admin.Http;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Registrations;

/// <summary>Maps the queue of strangers that ask to be registered.</summary>
internal static class RegistrationEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet(
                "/registrations",
                (HttpContext context, RegistrationCommands commands) => Answer.JsonAsync(context, call => commands.ListAsync(call))
            )
            .RequireRoles(AdminRoles.All)
            .Describe(
                "Lists strangers that asked to be registered",
                "Undecided ones first. What stands under `says` are the applicant's own words; only keys and client id mean anything."
            )
            .Returns(typeof(RegistrationList));
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
}
