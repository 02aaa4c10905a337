using PhiGateway.Console.Configuration;

namespace PhiGateway.Console.Http;

/// <summary>Shows what waits for a fresh sign-in; whoever has signed in comes back here.</summary>
internal sealed class HeldScreen(ConsoleOptions options, TimeProvider time)
{
    /// <summary>The step that waits.</summary>
    public ScreenAnswer Show(ConsoleRequest request) =>
        HeldModel.PageOf(HeldModel.Of(request.Session, request.Session.Held, options, time.GetUtcNow()), 200);
}
