using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace PhiGateway.Admin.Http;

/// <summary>The <c>limit</c> of a list: default 50, at most 500.</summary>
internal static class PageLimit
{
    public const int Default = 50;
    public const int Most = 500;

    /// <summary>Reads it; the problem when it is not a number in range.</summary>
    public static AdminProblem? Read(HttpContext context, out int limit)
    {
        limit = Default;
        var value = context.Request.Query["limit"];
        if (value.Count == 0)
        {
            return null;
        }

        return
            value is [{ } text]
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit)
            && limit is > 0 and <= Most
            ? null
            : AdminProblem.BadParameter("limit", $"a number from 1 to {Most} is expected.");
    }
}
