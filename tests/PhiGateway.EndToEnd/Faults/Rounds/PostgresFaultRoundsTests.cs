using Xunit;

namespace PhiGateway.EndToEnd.Faults.Rounds;

public sealed class PostgresFaultRoundsTests(PostgresFaultWorld world, ITestOutputHelper output)
    : FaultRoundsTests(world, output),
        IClassFixture<PostgresFaultWorld>;
