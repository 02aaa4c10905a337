using System.Globalization;
using Microsoft.AspNetCore.Http;
using PhiGateway.Admin.Calls;

namespace PhiGateway.Admin.Http;

/// <summary>Reads <c>limit</c> (default 50, at most 500) and <c>cursor</c> of a list.</summary>
internal static class PageQuery
{
    /// <summary>The page asked for, or the refusal of what cannot be read.</summary>
    public static Outcome<PageRequest> Read(HttpContext context)
    {
        var limit = PageRequest.Default;
        var value = context.Request.Query["limit"];
        if (
            value.Count > 0
            && !(
                value is [{ } digits]
                && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out limit)
                && limit is > 0 and <= PageRequest.Most
            )
        )
        {
            return AdminProblem.BadParameter("limit", $"a number from 1 to {PageRequest.Most} is expected.");
        }

        Cursor? after = null;
        return context.Request.Query["cursor"] is [{ } text] && (after = Cursor.Decode(text)) is null
            ? AdminProblem.BadParameter("cursor", "it does not belong to this list.")
            : new PageRequest(limit, after);
    }
}
