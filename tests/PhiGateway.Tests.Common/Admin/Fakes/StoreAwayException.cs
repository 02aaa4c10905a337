using System.Data.Common;

namespace PhiGateway.Tests.Common.Admin.Fakes;

/// <summary>As a driver says that its database cannot be reached.</summary>
internal sealed class StoreAwayException() : DbException("The database cannot be reached.")
{
    public static void ThrowIf(bool isAway)
    {
        if (isAway)
        {
            throw new StoreAwayException();
        }
    }
}
