using System.Globalization;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Calls;

/// <summary>Makes and checks strong ETags: the version of a document, or the revision of the whole set.</summary>
internal static class ETag
{
    /// <summary>Matches whatever is there.</summary>
    public const string Any = "*";

    public static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>The tags of a header's lines; weak tags stay as they are and so never match (RFC 9110 section 13.1.1).</summary>
    public static IReadOnlyList<string> Split(IEnumerable<string?> lines) =>
        [.. lines.SelectMany(static line => (line ?? string.Empty).Split(',', StringSplitOptions.TrimEntries))];

    /// <summary>Whether a list of tags, or <c>*</c>, contains this one.</summary>
    public static bool ListContains(IReadOnlyList<string> tags, string tag) => tags.Contains(Any) || tags.Contains(tag);

    /// <summary>Checks the required If-Match against the document that is there; null when it holds.</summary>
    public static AdminProblem? Require(AdminCall call, RegistryItem item)
    {
        if (call.IfMatch is null)
        {
            return AdminProblem.PreconditionRequired;
        }

        return ListContains(call.IfMatch, Of(item.Version)) ? null : AdminProblem.PreconditionFailed(item);
    }

    /// <summary>As <see cref="Require"/>, of a version that was really seen: <c>*</c> is none.</summary>
    public static AdminProblem? RequireSeen(AdminCall call, RegistryItem item)
    {
        if (call.IfMatch is null || call.IfMatch.Contains(Any))
        {
            return AdminProblem.PreconditionRequired with
            {
                Detail = "Send the ETag of the version you saw as If-Match; '*' says nothing of it.",
            };
        }

        return Require(call, item);
    }

    /// <summary>Checks If-Match where it is optional: verbs that close a path must not wait for a fresh read.</summary>
    public static AdminProblem? Optional(AdminCall call, RegistryItem item) => call.IfMatch is null ? null : Require(call, item);
}
