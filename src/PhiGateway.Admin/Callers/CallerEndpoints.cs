using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PhiGateway.Admin.Calls;
using PhiGateway.Admin.Http;

namespace PhiGateway.Admin.Callers;

/// <summary>Maps the inventory of callers that nobody registered.</summary>
internal static class CallerEndpoints
{
    private const int Default = 30;

    public static void Map(RouteGroupBuilder api) =>
        api.MapGet(
                "/callers/unknown",
                (HttpContext context, UnknownCallers callers) => Answer.JsonAsync(context, call => callers.ListAsync(call, Days(context)))
            )
            .RequireRoles([AdminRoles.Auditor])
            .Describe(
                "Lists callers that the registry does not know",
                "From the refusals of the trail: who they say they are, from where, and what they tried; the last 30 days unless asked otherwise."
            )
            .Returns(typeof(UnknownReport))
            .Reads(CallParameter.Days);

    // What is no number is out of range.
    private static int Days(HttpContext context) =>
        context.Request.Query["days"] switch
        {
            [] => Default,
            [var text] when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) => days,
            _ => 0,
        };
}
