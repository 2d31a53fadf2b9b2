/** The page starts here. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Problem } from './api/client.ts'
import { router } from './router.tsx'
import { Gate } from './session/gate.tsx'
import { applyTheme } from './shell/theme.ts'
import { tellDocument } from './words/language.ts'
import './ui/base.css'

applyTheme()
tellDocument()

const RETRIES = 3

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (failed, error) => failed < RETRIES && error instanceof Problem && error.isPassing,
      networkMode: 'always', // the server is this machine, whatever the browser thinks of the network
    },
    mutations: { networkMode: 'always' },
  },
})

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Gate>
        <RouterProvider router={router} />
      </Gate>
    </QueryClientProvider>
  </StrictMode>,
)
