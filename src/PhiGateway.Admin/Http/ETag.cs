using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace PhiGateway.Admin.Http;

/// <summary>Strong ETags: the version of a document, or the revision of the whole set.</summary>
internal static class ETag
{
    public static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>Whether a list of tags, or <c>*</c>, contains this one; weak tags never match (RFC 9110 section 13.1.1).</summary>
    public static bool ListContains(StringValues header, string tag)
    {
        foreach (var line in header)
        {
            foreach (var part in (line ?? string.Empty).Split(',', StringSplitOptions.TrimEntries))
            {
                if (part == "*" || string.Equals(part, tag, StringComparison.Ordinal))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Checks the required If-Match against the version that is there; null when it holds.</summary>
    public static AdminProblem? Require(HttpContext context, long version)
    {
        var header = context.Request.Headers.IfMatch;
        if (StringValues.IsNullOrEmpty(header))
        {
            return AdminProblem.PreconditionRequired;
        }

        return ListContains(header, Of(version)) ? null : AdminProblem.PreconditionFailed(version);
    }

    /// <summary>Checks If-Match where it is optional: verbs that close a path must not wait for a fresh read.</summary>
    public static AdminProblem? Optional(HttpContext context, long version) =>
        StringValues.IsNullOrEmpty(context.Request.Headers.IfMatch) ? null : Require(context, version);

    /// <summary>Whether the caller wants to create only.</summary>
    public static bool IsCreateOnly(HttpContext context) => context.Request.Headers.IfNoneMatch is ["*"];
}
