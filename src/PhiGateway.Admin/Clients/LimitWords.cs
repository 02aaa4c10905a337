using System.Globalization;
using PhiGateway.Policy.Registry;

namespace PhiGateway.Admin.Clients;

/// <summary>Says in words what limits allow; for briefs of approvals and pages.</summary>
public static class LimitWords
{
    /// <summary>One sentence's part for each limit that is set, such as <c>at most 20 requests a second</c>.</summary>
    /// <param name="limits">Null: there are none.</param>
    /// <param name="before">What stands before each number; null: nothing.</param>
    public static IEnumerable<string> Of(ClientLimits? limits, string? before = null)
    {
        foreach (var member in limits is null ? [] : LimitMember.All)
        {
            if (member.Of(limits!) is { } most)
            {
                var what = most == 1 ? member.One : member.Many;
                yield return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{before}{(before is null ? string.Empty : " ")}{most:#,0} {what}"
                );
            }
        }
    }

    /// <summary>The same one behind the other, separated by commas; null: no limit is set.</summary>
    /// <param name="limits">Null: there are none.</param>
    public static string? Joined(ClientLimits? limits) => string.Join(", ", Of(limits)) is { Length: > 0 } said ? said : null;
}
