using System.Text;
using PhiGateway.Console.Configuration;
using PhiGateway.Gateway.Configuration;
using PhiGateway.Gateway.Egress;
using PhiGateway.Identity.Common;

namespace PhiGateway.Gateway.Composition;

/// <summary>Makes the console's options of a node's configuration.</summary>
internal static class ConsoleSetup
{
    /// <summary>The options; null: the configuration has no console.</summary>
    /// <param name="options">The node's configuration.</param>
    /// <param name="exhausted">Told the name of a budget each time that it was exhausted.</param>
    public static ConsoleOptions? Of(GatewayOptions options, Action<string>? exhausted = null)
    {
        if (options.Admin is not { Console: { } written, Oidc: { } oidc })
        {
            return null;
        }

        var secret = string.Empty;
        if (written.ClientSecret is { } reference && !SecretReference.TryResolve(reference, out secret, out var why))
        {
            throw new InvalidDataException($"PhiGateway:Admin:Console:ClientSecret: {why}");
        }

        var shared = string.Empty;
        if (written.SignInKey is { } key && !SecretReference.TryResolve(key, out shared, out var whyNot))
        {
            throw new InvalidDataException($"PhiGateway:Admin:Console:SignInKey: {whyNot}");
        }

        var plain = new ConsoleOptions { PublicBase = new Uri(written.PublicBase) };
        return new ConsoleOptions
        {
            PublicBase = plain.PublicBase,
            Environment = options.Environment,
            Idle = written.Idle ?? plain.Idle,
            Longest = written.Longest ?? plain.Longest,
            StepUp = StepUpOf(written.StepUp),
            Oidc = oidc,
            ClientId = written.ClientId,
            ClientSecret = secret.Length == 0 ? null : secret,
            SignInKey = shared.Length == 0 ? null : Encoding.UTF8.GetBytes(shared),
            SignInStartsPerMinute = written.SignInStartsPerMinute ?? plain.SignInStartsPerMinute,
            SignInStartsPerMinutePerPeer = written.SignInStartsPerMinutePerPeer ?? plain.SignInStartsPerMinutePerPeer,
            Jobs = written.Jobs ?? plain.Jobs,
            JobsPerPerson = written.JobsPerPerson ?? plain.JobsPerPerson,
            TailsPerPerson = written.TailsPerPerson ?? plain.TailsPerPerson,
            Exhausted = exhausted,
            Connect = new EgressConnector(new EgressPolicy(options.Egress.Allow)).ConnectAsync,
        };
    }

    private static StepUpOptions? StepUpOf(ConsoleStepUp? written) =>
        written switch
        {
            null => StepUpOptions.Default,
            { Off: true } => null,
            _ => new StepUpOptions(written.Within ?? StepUpOptions.Default.Within, written.Acr),
        };
}
