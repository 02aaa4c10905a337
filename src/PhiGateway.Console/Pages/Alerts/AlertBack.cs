using PhiGateway.Console.Http;

namespace PhiGateway.Console.Pages.Alerts;

/// <summary>
/// Where somebody comes back to after a step on an alert: the part of the list they were at, or the alert's own page. Made of the form's
/// hidden field; the address is built anew from what was understood, so that no form leads elsewhere.
/// </summary>
/// <param name="IsPage">To the alert's own page.</param>
/// <param name="Place">To this part of the list.</param>
internal sealed record AlertBack(bool IsPage, AlertPlace Place)
{
    /// <summary>What the field says for the alert's own page.</summary>
    public const string Page = "page";

    /// <summary>Reads it; what is not understood leads to the list as it is first.</summary>
    public static AlertBack Of(ConsoleRequest request)
    {
        var text = request.Typed(AlertPlace.Field);
        if (text is null or Page)
        {
            return new AlertBack(text is not null, AlertPlace.First);
        }

        var (asked, typed) = request.Read(text);
        return new AlertBack(false, AlertPlace.Of(asked, typed).Value ?? AlertPlace.First);
    }
}
