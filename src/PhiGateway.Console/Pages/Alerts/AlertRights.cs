using PhiGateway.Admin.Calls;
using PhiGateway.Console.Http;
using PhiGateway.Console.Parts;

namespace PhiGateway.Console.Pages.Alerts;

/// <summary>What the viewer may do about alerts, and what their forms carry; the same on every screen that shows alerts.</summary>
/// <param name="MayTake">Whether the viewer may say that somebody is at it.</param>
/// <param name="MayClose">Whether the viewer may close them.</param>
/// <param name="MayReview">Whether the viewer may decide on emergency uses.</param>
/// <param name="MayRead">Whether the viewer may open the records of the trail.</param>
/// <param name="Tried">The form that was refused; null: none was.</param>
/// <param name="FormToken">Token of the session's forms.</param>
/// <param name="Back">Where a step leads back to.</param>
public sealed record AlertRights(bool MayTake, bool MayClose, bool MayReview, bool MayRead, TriedForm? Tried, string FormToken, string Back)
{
    internal static AlertRights Of(ConsoleRequest request, TriedForm? tried, string back)
    {
        var caller = request.Call.Caller;
        return new AlertRights(
            caller.HasAny(AdminRoles.Closers),
            caller.HasAny(AdminRoles.Keepers),
            caller.HasAny(AdminRoles.EmergencyDeciders),
            caller.HasAny(ConsoleSections.TrailReaders),
            tried,
            request.Session.FormToken,
            back
        );
    }
}
